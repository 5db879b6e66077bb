"""The images in which drawn masks are compared with darktable's: sizes, kinds of file, turns, crops."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from PIL import Image

from chemigram_core.darktable.drawn.frame import Raster
from tests.support.blend_params import blend_params
from tests.support.drawn_edits import Sample, sidecar_of
from tests.support.packets import Fields
from tests.support.raw_files import dng

FEW = ("in a corner", "star with a wide border", "ever wider")  # samples: a circle, a path, a stroke


@dataclass(frozen=True)
class Scene:
    """An image, what its edit does before anything is drawn, and the size in which it is exported.

    `longest`: the longer side of the export; `few`: samples to draw; `crop`: left, top, right, bottom of
    what the edit shows, in pixels; `module`: what has the masks; `pipe`: the order of the pixel pipe; `places` in it:
    of version 3; `flags`: raw_params.
    """

    label: str
    size: tuple[int, int]
    longest: int
    kind: str = "TIFF"
    orientation: int = 1
    areas: dict[str, Sequence[int]] = field(default_factory=dict)
    steps: Sequence[Fields] = ()
    crop: tuple[int, int, int, int] | None = None
    few: Sequence[str] = FEW
    module: str = "velvia"
    pipe: int = 0
    places: Mapping[str, str] | None = None
    flags: int = 0

    @property
    def file(self) -> str:
        """Its name."""
        return {"TIFF": "image.tif", "JPEG": "image.jpg", "PNG": "image.png", "DNG": "image.dng"}[self.kind]

    @property
    def drawn(self) -> int:
        """The longer side of the picture without the crop."""
        return max(self.size) if self.crop else self.longest

    def image(self) -> bytes:
        """The file."""
        if self.kind == "DNG":
            return dng(self.size, orientation=self.orientation, **self.areas)
        exif, file = Image.Exif(), io.BytesIO()
        exif[0x0112] = self.orientation
        Image.effect_noise(self.size, 60).convert("RGB").save(file, self.kind, exif=exif)
        return file.getvalue()

    def sidecar(self, samples: Sequence[Sample]) -> bytes:
        """The edit with the masks."""
        data = sidecar_of(samples, before=self.steps, module=self.module, pipe=self.pipe, places=self.places)
        return data.replace(b'raw_params="0"', b'raw_params="%d"' % self.flags)

    def shown(self, raster: Raster) -> Raster:
        """What the edit shows of the picture before the crop."""
        left, top, right, bottom = self.crop or (0, 0, raster.width, raster.height)
        return replace(raster, width=right - left, height=bottom - top, start=(left, top))


def step(operation: str, modversion: int, params: bytes) -> Fields:
    """A step of the history that lays nothing over the picture."""
    fields = {"operation": operation, "enabled": "1", "modversion": str(modversion), "params": params.hex()}
    blend = {"blendop_version": "11", "blendop_params": blend_params(mode=0).hex()}
    return {**fields, "multi_name": "", "multi_priority": "0", **blend}


def flip(turn: int, version: int = 2) -> Fields:
    """-1 leaves it to the image."""
    return step("flip", version, struct.pack("<i", turn))


def rawprepare(left: int, top: int, right: int, bottom: int) -> Fields:
    return step("rawprepare", 1, struct.pack("<4i4Hi", left, top, right, bottom, 0, 0, 0, 0, 16383))


def crop(left: float, top: float, right: float, bottom: float) -> Fields:
    return step("crop", 1, struct.pack("<4f2i", left, top, right, bottom, -1, -1))


SCENES = (
    Scene("301x200", (301, 200), 301),
    Scene("200x333", (200, 333), 333),
    Scene("900x601 at 300", (900, 601), 300),
)
_AREAS: dict[str, Sequence[int]] = {"active": (10, 20, 300, 440), "origin": (6, 4), "size_of_crop": (400, 280)}
_EARLY = Scene("", (301, 200), 301, module="exposure")
TURNED = (
    *(Scene(f"Exif orientation {number}", (301, 200), 301, orientation=number) for number in range(1, 9)),
    *(Scene(f"flip {turn}", (200, 301), 301, orientation=6, steps=[flip(turn)]) for turn in range(-1, 8)),
    Scene("flip 5 at 200", (601, 400), 200, steps=[flip(5)]),
    Scene("JPEG, orientation 8", (301, 200), 301, kind="JPEG", orientation=8),
    Scene("PNG, orientation 6", (301, 200), 301, kind="PNG", orientation=6),
    Scene("DNG", (450, 310), 450, kind="DNG"),
    Scene("DNG with borders", (450, 310), 400, kind="DNG", areas=_AREAS),
    Scene("DNG with borders at 211", (451, 311), 211, kind="DNG", areas=_AREAS),
    Scene("DNG with other borders", (450, 310), 430, kind="DNG", areas=_AREAS, steps=[rawprepare(12, 10, 8, 6)]),
    Scene("DNG, orientation 6", (450, 310), 400, kind="DNG", orientation=6, areas=_AREAS),
    Scene("DNG, orientation 8 at 150", (451, 311), 150, kind="DNG", orientation=8, areas=_AREAS),
    Scene("DNG, flip 3", (450, 310), 400, kind="DNG", orientation=6, areas=_AREAS, steps=[flip(3)]),
    *(replace(_EARLY, label=f"before flip {turn}", steps=[flip(turn)]) for turn in (2, 3, 5, 6)),
    replace(_EARLY, label="before the turn, at 150", size=(451, 311), longest=150, orientation=6),
    replace(_EARLY, label="before the turn of a DNG", kind="DNG", longest=300, orientation=8),
    replace(
        _EARLY,
        label="before flip 1, where darktable's rounding loses a pixel",
        size=(448, 317),
        longest=448,
        steps=[flip(1)],
    ),
    replace(_EARLY, label="legacy order", orientation=6, pipe=1, few=FEW[:1]),
    replace(_EARLY, label="v3.0 order, haze", orientation=6, module="hazeremoval", pipe=2, few=FEW[:1]),
    Scene("v3.0 order", (301, 200), 301, orientation=6, module="exposure", pipe=2, few=FEW[:1]),
    Scene("legacy order, haze", (301, 200), 301, orientation=6, module="hazeremoval", pipe=1, few=FEW[:1]),
    replace(_EARLY, label="version 3", steps=[flip(6)], pipe=1, places={"exposure": "12", "flip": "20"}, few=FEW[:1]),
    replace(
        _EARLY,
        label="version 3, moved behind flip",
        steps=[flip(6)],
        pipe=1,
        places={"exposure": "21", "flip": "20"},
        few=FEW[:1],
    ),
    Scene("an old flip, on top of orientation 2", (301, 200), 301, orientation=2, steps=[flip(6, 1)], few=FEW[:1]),
    Scene("turned by flags, on top of orientation 6", (301, 200), 301, orientation=6, flags=1 << 24, few=FEW[:1]),
    # as before the crop, but darktable's grid begins at its corner, and the rays of strokes are rounded from there
    Scene("crop", (320, 192), 240, steps=[crop(0.125, 0.125, 0.875, 0.875)], crop=(40, 24, 280, 168)),
)
