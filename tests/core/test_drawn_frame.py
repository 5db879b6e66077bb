"""The frame of an image in an edit, the size of the picture, and where a place of one is in the other."""

from __future__ import annotations

import io
import struct
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from chemigram_core.darktable.blending import Masking
from chemigram_core.darktable.drawn.figures import Circle, NotComputable
from chemigram_core.darktable.drawn.frame import Frame
from chemigram_core.darktable.drawn.pipe import Pipe
from chemigram_core.darktable.drawn.pipe_input import frame_of
from chemigram_core.darktable.drawn.raster.mask import grayscale, turned
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.darktable.drawn.turn import Turn
from chemigram_core.image.header import Borders, UnknownHeader, read_header
from chemigram_core.sidecar import parse
from tests.support.old_sidecars import DONE, numbered, step, version_1, version_2
from tests.support.packets import Fields
from tests.support.raw_files import dng

Pixels: TypeAlias = NDArray[np.uint8]

WIDTH, HEIGHT = 30, 20
DNG = dng((40, 30), orientation=6, active=(2, 4, 28, 38))


def flip(turn: int, *, enabled: int = 1) -> Fields:
    return {**step("flip"), "params": struct.pack("<i", turn).hex(), "enabled": str(enabled)}


def rawprepare(*borders: int, enabled: int = 1) -> Fields:
    params = struct.pack("<4i", *borders).ljust(28, b"\0").hex()
    return {**step("sharpen"), "operation": "rawprepare", "params": params, "enabled": str(enabled)}


def frame(*steps: Fields, data: bytes = b"", name: str = "a.tif", flags: int = 0) -> Frame:
    header = read_header(io.BytesIO(data or tiff()), name)
    sidecar = numbered(5, list(steps) or [step("sharpen")]).replace(b'raw_params="0"', b'raw_params="%d"' % flags)
    return frame_of(header, parse(sidecar).history)


def tiff(orientation: int = 8) -> bytes:
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.new("L", (WIDTH, HEIGHT)).save(file, "TIFF", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("turn", range(8))
def test_an_edit_turns_the_picture(turn: int) -> None:
    assert frame(flip(turn)) == Frame(WIDTH, HEIGHT, turn=Turn(turn))


@pytest.mark.parametrize(
    ("exif", "turn"), [(0, 0), (1, 0), (2, 2), (3, 3), (4, 1), (5, 4), (6, 5), (7, 7), (8, 6), (9, 0)]
)
def test_an_edit_that_does_not_leaves_it_to_the_image(exif: int, turn: int) -> None:
    assert frame(data=tiff(exif)) == frame(flip(-1), data=tiff(exif)) == Frame(WIDTH, HEIGHT, turn=Turn(turn))


def test_a_flip_that_is_off_turns_nothing() -> None:
    assert frame(flip(5, enabled=0)).turn == Turn.NONE


@pytest.mark.parametrize(
    ("exif", "turn", "found"), [(6, 0, 5), (6, 1, 4), (6, 5, 3), (6, 6, 0), (2, 6, 7), (2, 3, 1), (1, 5, 5)]
)
def test_a_turn_of_an_old_edit_is_on_top_of_the_images(exif: int, turn: int, found: int) -> None:
    """In the first version of flip, and in the flags of files that are older; as darktable 4.2.1 turns them."""
    old = {**flip(turn), "modversion": "1"}
    assert frame(old, data=tiff(exif)).turn == found
    assert frame(data=tiff(exif), flags=turn << 24).turn == found
    assert frame(flip(turn), data=tiff(exif), flags=6 << 24).turn == turn


def test_flags_without_a_turn_turn_nothing() -> None:
    assert frame(data=tiff(1), flags=0xFF << 24).turn == frame(data=tiff(1), flags=1).turn == 0


def test_the_borders_of_a_sensor_are_the_edits_or_else_the_cameras() -> None:
    assert frame(data=DNG, name="a.dng") == Frame(40, 30, Borders(4, 2, 2, 2), Turn(5))
    assert frame(rawprepare(1, 2, 3, 4), data=DNG, name="a.dng").borders == (1, 2, 3, 4)
    assert frame(rawprepare(1, 2, 3, 4, enabled=0), data=DNG, name="a.dng").borders == (0, 0, 0, 0)
    assert frame(rawprepare(1, 2, 3, 4)).borders == (0, 0, 0, 0), "an image that is not raw has none"


@pytest.mark.parametrize("borders", [(20, 0, 20, 0), (-1, 0, 0, 0)])
def test_borders_that_are_too_wide_leave_no_frame(borders: tuple[int, ...]) -> None:
    with pytest.raises(NotComputable, match="sensor borders"):
        frame(rawprepare(*borders), data=DNG, name="a.dng")


def test_an_image_of_unknown_size_has_no_frame() -> None:
    with pytest.raises(UnknownHeader, match="raw file"):
        frame(name="a.nef")


@pytest.mark.parametrize("turn", range(8))
def test_position_round_trips(turn: int) -> None:
    some = Frame(40, 30, Borders(4, 2, 2, 6), Turn(turn))
    assert some.origin(*some.place(11.0, 5.0)) == (11.0, 5.0)


def test_a_picture_that_is_turned_to_the_right_begins_at_the_lower_left() -> None:
    some = Frame(40, 30, Borders(4, 2, 2, 6), Turn(5))
    assert (some.place(4.0, 24.0), some.place(4.0, 2.0)) == ((0.0, 0.0), (22.0, 0.0))
    assert (some.reduced().width, some.reduced().height) == (22, 34)


@pytest.mark.parametrize(
    ("size", "pixels"), [((6000, 4000), (1600, 1067)), ((4000, 6000), (1067, 1600)), ((9, 7), (9, 7))]
)
def test_a_picture_has_at_most_1600_pixels(size: tuple[int, int], pixels: tuple[int, int]) -> None:
    raster = Frame(*size).reduced()
    assert (raster.width, raster.height) == pixels


BLEND = {"feathering": 0, "blur": 0, "contrast": 0, "brightness": 0, "details": 0, "blendif": 0}
DRAWN = Masking(mode=3, combine=0, mask_id=1000, opacity=100, is_lab=False, is_rgb=True, **BLEND)
LISTED = "rawprepare,0,velvia,0,exposure,0,flip,0,hazeremoval,0"
LEGACY, V30 = {"exposure"}, {"hazeremoval"}


@pytest.mark.parametrize(
    ("head", "early"),
    [
        (f'iop_order_version="0" darktable:iop_order_list="{LISTED},gamma,0"', {"velvia", "exposure"}),
        (f'iop_order_version="1" darktable:iop_order_list="{LISTED}"', V30),
        ('iop_order_version="0"', V30),
        ('iop_order_version="1"', LEGACY),
        ('iop_order_version="2"', V30),
        ('iop_order_version="4"', V30),
        ('colorlabels=""', LEGACY),
    ],
    ids=["listed", "a list without an end", "no list", "legacy", "v3.0", "v5.0", "older than all"],
)
def test_modules_before_flip_work_on_the_picture_as_it_was_taken(head: str, early: set[str]) -> None:
    assert before_flip(numbered(5, OTHERS, head=f"{DONE} darktable:{head}")) == early


OTHERS = [{**step("velvia"), "operation": name} for name in ("exposure", "velvia", "hazeremoval")]
PLACES = {"exposure": "12", "velvia": "63", "hazeremoval": "26"}


@pytest.mark.parametrize(
    ("places", "version", "early"),
    [
        (PLACES, 1, LEGACY),
        ({**PLACES, "exposure": "21"}, 1, set[str]()),
        ({**PLACES, "velvia": "19"}, 1, {"exposure", "velvia"}),
        ({**PLACES, "velvia": "19"}, 3, LEGACY),
        ({**PLACES, "velvia": "0.5"}, 1, V30),
        ({"exposure": "12", "hazeremoval": "26"}, 1, V30),
        ({**PLACES, "velvia": "72"}, 1, V30),
    ],
    ids=["its places", "later", "earlier", "places of v3.0", "before all", "without a place", "behind all"],
)
def test_version_3_has_a_place_for_each_step(places: dict[str, str], version: int, early: set[str]) -> None:
    """darktable falls back to the order of v3.0 where a step would run before or behind all others."""
    head = f'{DONE} darktable:iop_order_version="{version}"'
    assert before_flip(numbered(3, OTHERS, head=head, places=places)) == early


@pytest.mark.parametrize("name", ["flip", "exposure"])
def test_a_step_that_was_undone_keeps_its_place(name: str) -> None:
    moved = {**step("velvia"), "operation": name}
    data = numbered(3, [*OTHERS, moved], end=3, places={**PLACES, "flip": "64", "exposure": "21"})
    assert before_flip(data) == (set(PLACES) if name == "flip" else set())


def test_versions_1_and_2_have_the_oldest_order() -> None:
    assert before_flip(version_2(OTHERS)) == before_flip(version_1("Bag", OTHERS)) == LEGACY
    assert before_flip(version_2(OTHERS, head=f'{DONE} darktable:iop_order_version="2"')) == LEGACY


def before_flip(data: bytes) -> set[str]:
    history = parse(data).history
    return {entry.operation for entry in history.entries if Pipe.of(history).is_before(entry.instance, "flip")}


@pytest.mark.parametrize("turn", range(8))
def test_masks_of_modules_before_flip_are_turned_with_the_picture(turn: int) -> None:
    recipe = Recipe(Circle((0.2, 0.3), 0.2, 0.1), DRAWN, is_turned=True)
    straight, raster = Frame(60, 40).reduced(), Frame(60, 40, turn=Turn(turn)).reduced()
    found = grayscale(recipe, raster)
    assert found.shape == (raster.height, raster.width)
    apart = {other: distance(turned(grayscale(recipe, straight), Turn(other)), found) for other in range(8)}
    assert min(apart, key=apart.__getitem__) == turn


@pytest.mark.parametrize(("turn", "start"), [(0, (0, 0)), (2, (1, 0)), (3, (1, 1)), (5, (0, 1)), (6, (1, 0))])
def test_a_mirrored_picture_begins_so_that_it_ends_where_the_whole_one_does(turn: int, start: tuple[int, int]) -> None:
    """darktable enlarges it by a pixel, so it begins one pixel aside, and its coarse grid does too."""
    assert Frame(301, 200, turn=Turn(turn)).reduced().as_taken.start == start


def test_the_pixel_by_which_a_picture_is_enlarged_can_get_lost_in_32_bits() -> None:
    assert Frame(448, 317, turn=Turn.DOWN).reduced().as_taken.start == (0, 0)


def distance(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean()) if one.shape == other.shape else 255.0
