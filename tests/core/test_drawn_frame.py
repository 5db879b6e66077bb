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
from chemigram_core.darktable.drawn.pipe_input import frame_of, is_before_turn
from chemigram_core.darktable.drawn.raster.mask import grayscale, turned
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.darktable.drawn.turn import Turn
from chemigram_core.image.header import Borders, UnknownHeader, read_header
from chemigram_core.sidecar import parse
from tests.support.old_sidecars import DONE, numbered, step
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


def frame(*steps: Fields, data: bytes = b"", name: str = "a.tif") -> Frame:
    header = read_header(io.BytesIO(data or tiff()), name)
    return frame_of(header, parse(numbered(5, list(steps) or [step("sharpen")])).history)


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


def test_the_borders_of_a_sensor_are_the_edits_or_else_the_cameras() -> None:
    assert frame(data=DNG, name="a.dng") == Frame(40, 30, Borders(4, 2, 2, 2), Turn(5))
    assert frame(rawprepare(1, 2, 3, 4), data=DNG, name="a.dng").borders == (1, 2, 3, 4)
    assert frame(rawprepare(1, 2, 3, 4, enabled=0), data=DNG, name="a.dng").borders == (0, 0, 0, 0)
    assert frame(rawprepare(1, 2, 3, 4)).borders == (0, 0, 0, 0), "an image that is not raw has none"


@pytest.mark.parametrize("borders", [(20, 0, 20, 0), (-1, 0, 0, 0)])
def test_borders_that_are_too_wide_leave_no_frame(borders: tuple[int, ...]) -> None:
    with pytest.raises(NotComputable, match="within the borders"):
        frame(rawprepare(*borders), data=DNG, name="a.dng")


def test_an_image_of_unknown_size_has_no_frame() -> None:
    with pytest.raises(UnknownHeader, match="raw file"):
        frame(name="a.nef")


@pytest.mark.parametrize("turn", range(8))
def test_a_place_comes_back(turn: int) -> None:
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
LIST = 'darktable:iop_order_version="0" darktable:iop_order_list="velvia,0,exposure,0,flip,0,hazeremoval,0"'


@pytest.mark.parametrize(
    ("head", "early"),
    [
        (LIST, {"velvia", "exposure"}),
        ('darktable:iop_order_version="1"', {"exposure"}),
        ('darktable:iop_order_version="2"', {"hazeremoval"}),
        ('darktable:iop_order_version="4"', {"hazeremoval"}),
        ("", {"exposure"}),
    ],
    ids=["listed", "legacy", "v3.0", "v5.0", "older than all"],
)
def test_modules_before_flip_work_on_the_picture_as_it_was_taken(head: str, early: set[str]) -> None:
    names = ("exposure", "velvia", "hazeremoval")
    history = parse(
        numbered(5, [{**step("velvia"), "operation": name} for name in names], head=f"{DONE} {head}")
    ).history
    assert {entry.operation for entry in history.instances.values() if is_before_turn(entry, history)} == early


@pytest.mark.parametrize("turn", range(8))
def test_masks_of_such_modules_are_turned_with_the_picture(turn: int) -> None:
    recipe = Recipe(Circle((0.2, 0.3), 0.2, 0.1), DRAWN, is_turned=True)
    straight, raster = Frame(60, 40).reduced(), Frame(60, 40, turn=Turn(turn)).reduced()
    found = grayscale(recipe, raster)
    assert found.shape == (raster.height, raster.width)
    apart = {other: distance(turned(grayscale(recipe, straight), Turn(other)), found) for other in range(8)}
    assert min(apart, key=apart.__getitem__) == turn, "but for the pixel by which darktable enlarges the picture"


def distance(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean()) if one.shape == other.shape else 255.0
