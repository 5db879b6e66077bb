"""Compares masks as pictures: their sizes, how much of them changed and where. Knows no store."""

from __future__ import annotations

from dataclasses import astuple

from chemigram_core.compare.comparators.binary import one_sided
from chemigram_core.compare.controller import Identical, Leaf, Outcome, Skip
from chemigram_core.compare.item import DataAccess, ItemPair, ItemRef
from chemigram_core.compare.json_object import JsonValue
from chemigram_core.compare.media_type import PNG, are_files_of
from chemigram_core.compare.node import CLERICAL, Action, DiffNode
from chemigram_core.errors import InvalidMask
from chemigram_core.masks.difference import MaskDifference, heat_map, mask_difference
from chemigram_core.masks.png import MAX_BYTES, PngHeader, check
from chemigram_core.masks.png.pixels import decode

ITEM_TYPE = "mask"


class MaskComparator:
    """Knows PNGs."""

    def matches(self, pair: ItemPair) -> bool:
        """PNGs by hint or name."""
        return are_files_of(pair, PNG)

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        """Sizes, and how masks of one size differ; Skip when one is not a complete PNG. Raises OSError, StoreFailed."""
        if pair.left is None or pair.right is None:
            return one_sided(pair, ITEM_TYPE)
        try:
            left, right = _read(pair.left, data), _read(pair.right, data)
            return Identical(ITEM_TYPE) if left == right else Leaf(_compared(pair.path, left, right))
        except InvalidMask:
            return Skip()

    def extract(self, pair: ItemPair, data: DataAccess) -> bytes:
        """The heat-map of two masks, a PNG. Raises InvalidMask, OSError, StoreFailed."""
        if pair.left is None or pair.right is None:
            raise ValueError("a heat-map needs two masks")
        left, right = (_read(item, data) for item in (pair.left, pair.right))
        return heat_map(decode(left), decode(right))


def _read(item: ItemRef, data: DataAccess) -> bytes:
    with data.open(item) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InvalidMask(f"it has more than {MAX_BYTES} bytes")
    return content


def _compared(path: str, left: bytes, right: bytes) -> DiffNode:
    before, after = check(left), check(right)
    details = {**_described(before, "left"), **_described(after, "right")}
    if (before.width_pixels, before.height_pixels) != (after.width_pixels, after.height_pixels):
        summary = f"Size changed ({_size(before)} → {_size(after)})"
        return DiffNode(Action.MODIFY, ITEM_TYPE, path, summary=summary, details=details)
    difference = mask_difference(decode(left), decode(right))
    details |= _values(difference)
    tags = frozenset[str]() if difference.changed_box else frozenset({CLERICAL})
    return DiffNode(
        Action.MODIFY,
        ITEM_TYPE,
        path,
        summary=_summary(difference),
        tags=tags,
        details=details,
    )


def _described(header: PngHeader, side: str) -> dict[str, JsonValue]:
    values = {"width": header.width_pixels, "height": header.height_pixels, "bit_depth": header.bit_depth}
    return {f"{name}_{side}": value for name, value in values.items()}


def _values(difference: MaskDifference) -> dict[str, JsonValue]:
    box = difference.changed_box
    return {
        "changed_share": difference.changed_share,
        "mean_absolute_difference": difference.mean_absolute_difference,
        "intersection_over_union": difference.intersection_over_union,
        "changed_box": None if box is None else list(astuple(box)),
    }


def _summary(difference: MaskDifference) -> str:
    if difference.changed_box is None:
        return "Same pixels, encoded differently"
    box = difference.changed_box
    return (
        f"{percent(difference.changed_share)} of the pixels changed, "
        f"{percent(difference.intersection_over_union)} of the masked area is shared, "
        f"all within {box.width} x {box.height} pixels at {box.left}, {box.top}"
    )


def percent(share: float) -> str:
    """A share in words; a small part is not rounded to none, nor a large one to all."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    if 0.999 < share < 1:
        return "more than 99.9 %"
    return f"{share * 100:.1f} %"


def _size(header: PngHeader) -> str:
    return f"{header.width_pixels} x {header.height_pixels} pixels"
