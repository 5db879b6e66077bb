"""darktable makes the same picture of a sidecar and of its canonical form."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.names import MaskName
from chemigram_core.sidecar import canonicalize, parse
from tests.core.xmp.sidecars import entry, form, history, seq, sidecar
from tests.darktable import rendering
from tests.darktable.rendering import Picture
from tests.support.blend_params import ON_AND_DRAWN, blend_params, member

pytestmark = pytest.mark.needs_program("darktable-cli")

BLEND_VERSION, CIRCLE, GROUP = 11, 101, 102


def exposure(stops: float) -> str:
    """Parameters of the module exposure, version 6."""
    return struct.pack("<iffffi", 0, 0.0, stops, 50.0, -4.0, 0).hex()


def blend(mask: int = 0) -> str:
    """Blending parameters, version 11: over the whole picture, or where the drawn `mask` is."""
    return blend_params(mask, mode=ON_AND_DRAWN if mask else 0).hex()


def step(num: int, operation: str, version: int, params: str, mask: int = 0) -> str:
    blending = {"blendop_version": str(BLEND_VERSION), "blendop_params": blend(mask)}
    return entry(num, operation, modversion=str(version), params=params, **blending)


def turn(num: int, orientation: int) -> str:
    return step(num, "flip", 2, struct.pack("<i", orientation).hex())


def circle(num: int) -> list[str]:
    """A circle in the middle, and the group through which a module uses it, from step `num` on."""
    points = struct.pack("<4f", 0.5, 0.5, 0.2, 0.05).hex()
    fields = {"mask_version": "6", "mask_src": "0000000000000000"}
    return [
        form(num, CIRCLE, mask_type="1", mask_points=points, **fields),
        form(num, GROUP, mask_type="4", mask_name="grp exposure", mask_points=member(CIRCLE, GROUP).hex(), **fields),
    ]


def stack(*steps: str, end: int, forms: list[str] | None = None) -> bytes:
    head = 'darktable:xmp_version="5" darktable:iop_order_version="2" darktable:auto_presets_applied="1" xmp:Rating="1"'
    return sidecar(f'{head} darktable:history_end="{end}"', history(steps, forms or []))


BRIGHT, DARK = step(0, "exposure", 6, exposure(0.7)), step(1, "exposure", 6, exposure(-1.5))
SIDECARS = {
    "steps in another order": stack(turn(2, 5), DARK, BRIGHT, end=3),
    "gaps that close": stack(turn(9, 3), step(4, "exposure", 6, exposure(1.0)), end=2),
    "steps that are undone": stack(BRIGHT, DARK, turn(2, 5), end=1),
    "an end above the steps": stack(BRIGHT, end=12),
    "a drawn mask": stack(BRIGHT, step(1, "exposure", 6, exposure(2.0), GROUP), end=2, forms=circle(1)),
    "a drawn mask, and gaps": stack(BRIGHT, step(2, "exposure", 6, exposure(2.0), GROUP), end=2, forms=circle(2)),
    "lists of the first version": sidecar(
        'darktable:xmp_version="1" darktable:auto_presets_applied="1"',
        "".join(
            seq(name, [f"<rdf:li>{value}</rdf:li>"])
            for name, value in {
                "history_operation": "exposure",
                "history_enabled": "1",
                "history_modversion": "6",
                "history_params": exposure(1.0),
                "blendop_version": str(BLEND_VERSION),
                "blendop_params": blend(),
                "multi_priority": "0",
                "multi_name": "",
            }.items()
        ),
    ),
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("image") / "a.tif"
    gradient = Image.linear_gradient("L").resize((96, 64))
    Image.merge("RGB", (gradient, gradient.rotate(180), gradient.point(lambda value: value // 2))).save(path)
    return path


@pytest.fixture(scope="module")
def plain(image: Path) -> Picture:
    """What darktable makes of the image without an edit."""
    return rendered(image, stack(end=0), image.parent)


@pytest.mark.parametrize("name", SIDECARS)
def test_canonical_form_renders_like_its_source(name: str, image: Path, plain: Picture, tmp_path: Path) -> None:
    picture = rendered(image, SIDECARS[name], tmp_path)
    assert picture != plain
    assert rendered(image, canonicalize(SIDECARS[name]), tmp_path) == picture


def test_drawn_mask_changes_the_picture(image: Path, tmp_path: Path) -> None:
    everywhere = stack(BRIGHT, step(1, "exposure", 6, exposure(2.0)), end=2)
    assert rendered(image, SIDECARS["a drawn mask"], tmp_path) != rendered(image, everywhere, tmp_path)


def test_mask_note_does_not_change_the_picture(image: Path, tmp_path: Path) -> None:
    document = parse(stack(BRIGHT, end=1))
    noted = document.with_masks({MaskName("subject"): Digest.of(b"subject")})
    assert rendered(image, noted.canonical(), tmp_path) == rendered(image, document.canonical(), tmp_path)


def rendered(image: Path, xmp: bytes, folder: Path) -> Picture:
    """The picture that darktable makes of `image` with `xmp`."""
    state = folder / "state.xmp"
    state.write_bytes(xmp)
    return rendering.rendered(image, state)
