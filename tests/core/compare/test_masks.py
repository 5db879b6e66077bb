"""Masks compared as pictures: constructed ones, whose differences are known to the last pixel."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from chemigram_core.compare.comparators.mask import MaskComparator, percent
from chemigram_core.compare.item import ItemPair
from chemigram_core.compare.node import DiffNode
from chemigram_core.masks import difference
from chemigram_core.masks.difference import BoundingBox, heat_map, mask_difference, opacity
from chemigram_core.masks.png import check
from chemigram_core.masks.png.pixels import decode
from tests.core.compare.trees import CountingAccess, changeset, file
from tests.core.png.pictures import Grid, png


def gray(rows: Sequence[Sequence[int]], depth: int = 8) -> bytes:
    return png([[(value,) for value in row] for row in rows], 0, depth)


def square(left: int, top: int, side: int, value: int = 255, canvas: int = 20) -> bytes:
    inside = range(side)
    return gray(
        [[value if x - left in inside and y - top in inside else 0 for x in range(canvas)] for y in range(canvas)]
    )


def compared(left: bytes, right: bytes) -> DiffNode:
    root = changeset(file("masks/a.png", left, ()), file("masks/a.png", right, ())).root
    assert root is not None
    return root


def test_two_squares_that_overlap_are_measured_exactly() -> None:
    difference = mask_difference(decode(square(2, 2, 10)), decode(square(7, 2, 10)))
    assert difference.changed_share == 100 / 400
    assert difference.mean_absolute_difference == 100 / 400
    assert difference.intersection_over_union == round(50 / 150, 6)
    assert difference.changed_box == BoundingBox(left=2, top=2, width=15, height=10)


def test_paler_square_changes_pixels_but_not_coverage() -> None:
    difference = mask_difference(decode(square(0, 0, 10)), decode(square(0, 0, 10, value=153)))
    assert difference.changed_share == 0.25
    assert difference.mean_absolute_difference == round(0.25 * 102 / 255, 6)
    assert difference.intersection_over_union == 1.0


@pytest.mark.parametrize(
    ("value", "depth", "inside"), [(127, 8, False), (128, 8, True), (32767, 16, False), (32768, 16, True)]
)
def test_half_opacity_counts_as_covered(value: int, depth: int, *, inside: bool) -> None:
    full = decode(gray([[(1 << depth) - 1]], depth))
    assert mask_difference(full, decode(gray([[value]], depth))).intersection_over_union == float(inside)


def test_empty_masks_overlap_completely() -> None:
    assert mask_difference(decode(gray([[0, 1]])), decode(gray([[1, 0]]))).intersection_over_union == 1.0


def test_lowest_bit_of_16_is_measured() -> None:
    left = [[40_000] * 50 for _ in range(40)]
    right = [row[:] for row in left]
    right[7][3] = 40_001
    node = compared(gray(left, 16), gray(right, 16))
    assert node.details["changed_share"] == round(1 / 2000, 6)
    assert node.details["changed_box"] == [3, 7, 1, 1]
    assert node.summary.startswith("less than 0.1 % of the pixels changed")


def test_a_mask_of_8_bits_and_its_copy_of_16_are_the_same_pixels() -> None:
    rows = [[0, 1, 127], [128, 254, 255]]
    node = compared(gray(rows), gray([[value * 257 for value in row] for row in rows], 16))
    assert node.summary == "Same pixels, encoded differently"
    assert node.tags == {"clerical"}
    assert (node.details["bit_depth_left"], node.details["bit_depth_right"]) == (8, 16)
    assert node.details["changed_share"] == 0


@pytest.mark.parametrize(
    ("grid", "color", "expected"),
    [
        ([[(10, 200, 30)]], 2, 200 * 257),
        ([[(200, 255)]], 4, 200 * 257),
        ([[(255, 51)]], 4, 51 * 257),
        ([[(100, 51)]], 4, round(100 * 51 * 257 / 255)),
        ([[(0, 0, 255, 0)]], 6, 0),
    ],
)
def test_coverage_is_the_brightest_channel_times_alpha(grid: Grid, color: int, expected: int) -> None:
    assert opacity(decode(png(grid, color, 8))).tolist() == [[expected]]


def test_a_change_of_colour_alone_is_a_change() -> None:
    difference = mask_difference(decode(png([[(255, 0, 0)]], 2, 8)), decode(png([[(0, 255, 0)]], 2, 8)))
    assert (difference.changed_share, difference.mean_absolute_difference) == (1.0, 0.0)


def test_different_sizes_are_reported_without_measuring() -> None:
    node = compared(gray([[1, 2]]), gray([[1], [2]]))
    assert node.summary == "Size changed (2 x 1 pixels → 1 x 2 pixels)"
    assert "changed_share" not in node.details


def test_mask_that_is_not_a_png_is_compared_as_bytes() -> None:
    node = compared(b"no picture", gray([[1]]))
    assert (node.item_type, node.details["size_left"]) == ("binary", 10)


def test_masks_of_equal_bytes_are_identical_without_decoding() -> None:
    assert changeset(file("a.png", b"not even a picture", ()), file("a.png", b"not even a picture", ())).root is None


def rgb(picture: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(picture)))


def test_heat_map_is_red_for_growth_blue_for_shrinkage_and_gray_elsewhere() -> None:
    colors = rgb(heat_map(decode(gray([[0, 255, 0, 255, 100]])), decode(gray([[255, 0, 0, 255, 101]]))))
    red, green, blue = (colors[0, :, channel].astype(int) for channel in range(3))
    assert red[0] == 255
    assert red[0] > green[0] == blue[0]
    assert blue[1] == 255
    assert blue[1] > green[1] == red[1]
    assert (red[2], green[2], blue[2]) == (0, 0, 0)
    assert red[3] == green[3] == blue[3] > 0
    assert red[4] > 2 * green[4]  # the least step is well seen


def test_heat_map_has_the_size_of_the_later_mask() -> None:
    picture = heat_map(decode(gray([[255, 0]])), decode(gray([[255] * 4, [255] * 4])))
    assert (check(picture).width_pixels, check(picture).height_pixels) == (4, 2)
    colors = rgb(picture)
    assert (colors[:, :2] == colors[0, 0]).all()
    assert (colors[:, 2:] == colors[0, 3]).all()
    assert not (colors[0, 0] == colors[0, 3]).all()


def test_large_masks_are_measured_and_drawn_in_bands_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right, wide = decode(square(2, 2, 10)), decode(square(7, 4, 10)), decode(square(3, 3, 9, canvas=33))
    whole = mask_difference(left, right), heat_map(left, right), heat_map(wide, right)
    monkeypatch.setattr(difference, "_BAND_PIXELS", 60)
    assert (mask_difference(left, right), heat_map(left, right), heat_map(wide, right)) == whole


def test_heat_map_is_deterministic() -> None:
    pair = ItemPair(file("a.png", square(1, 1, 5)), file("a.png", square(3, 1, 9)))
    assert MaskComparator().extract(pair, CountingAccess()) == MaskComparator().extract(pair, CountingAccess())


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0.0 %"), (0.0001, "less than 0.1 %"), (0.25, "25.0 %"), (0.99999, "more than 99.9 %"), (1.0, "100.0 %")],
)
def test_shares_are_never_rounded_to_none_or_all(share: float, words: str) -> None:
    assert percent(share) == words
