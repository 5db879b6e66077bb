"""How two masks differ, in numbers and as a picture. Knows pixels alone: no file, no name, no store.

The opacity of a pixel is what a mask says there, 0 to 65,535: its gray or, in colour, its brightest channel (as
darktable reads external masks), times its alpha. All sums are of whole numbers, so 16 bits lose nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from chemigram_core.masks.png.pixels import Pixels

FULL = 65_535
HALF = 32_768  # the first value that is half or more

_PLACES = 6
_BAND_PIXELS = 1 << 20
_UNCHANGED_SHADE = 96  # of 255: pale enough to leave the colours to what changed
_COMPRESS_LEVEL = 3  # half the time of 6 for some more bytes that nobody stores
_FAINTEST = 112  # of 255: what changed by the least step is still seen


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """The smallest rectangle around something, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MaskDifference:
    """Two masks of one size compared.

    `changed_share`: pixels that are not exactly the same, 0 to 1. `mean_absolute_difference`: of the opacity, 0 to 1.
    `intersection_over_union`: of where the opacity is half or more, 1 when both are empty there. `changed_box`: around
    all changed pixels, None when there are none. All shares are rounded to 6 places.
    """

    changed_share: float
    mean_absolute_difference: float
    intersection_over_union: float
    changed_box: BoundingBox | None


def mask_difference(left: Pixels, right: Pixels) -> MaskDifference:
    """How two pictures of the same width and height differ."""
    changed = np.empty(right.shape[:2], np.bool_)
    distance = intersection = union = 0
    for rows in _bands(right):
        before, after = opacity(left[rows]), opacity(right[rows])
        changed[rows] = _changed(left[rows], right[rows])
        distance += int(_distance(before, after).sum(dtype=np.uint64))
        intersection += _count((before >= HALF) & (after >= HALF))
        union += _count((before >= HALF) | (after >= HALF))
    return MaskDifference(
        changed_share=_share(_count(changed), changed.size),
        mean_absolute_difference=_share(distance, changed.size * FULL),
        intersection_over_union=_share(intersection, union) if union else 1.0,
        changed_box=_box(changed),
    )


def opacity(pixels: Pixels) -> NDArray[np.uint16]:
    """The opacity of a mask at each pixel: shape (height, width), 0 to FULL."""
    wide = _widened(pixels)
    has_alpha = wide.shape[2] in {2, 4}
    color: NDArray[np.uint16] = (wide[..., :-1] if has_alpha else wide).max(axis=2)
    if not has_alpha:
        return color
    return ((color.astype(np.uint32) * wide[..., -1] + FULL // 2) // FULL).astype(np.uint16)


def heat_map(left: Pixels, right: Pixels) -> bytes:
    """A PNG of the right mask's size: gray where nothing changed, red where the mask grew, blue where it shrank.

    The stronger the change, the brighter. A left mask of another size is stretched to the right one's first.
    """
    height, width = right.shape[:2]
    picture = np.empty((height, width, 3), np.uint8)
    for rows in _bands(right):
        picture[rows] = _colors(opacity(_stretched(left, right, rows)), opacity(right[rows]))
    return _encoded(picture)


def _bands(pixels: Pixels) -> Iterator[slice]:
    """Some rows at a time, so that what is computed of large pictures stays small."""
    height, width = pixels.shape[:2]
    step = max(1, _BAND_PIXELS // width)
    return (slice(top, min(top + step, height)) for top in range(0, height, step))


def _colors(before: NDArray[np.uint16], after: NDArray[np.uint16]) -> NDArray[np.uint8]:
    strength = np.uint8(_FAINTEST) + _scaled(_distance(before, after), 255 - _FAINTEST)
    shade = _scaled(after, _UNCHANGED_SHADE)
    pale = np.where(after == before, shade, shade // 2)
    red, blue = np.where(after > before, strength, pale), np.where(after < before, strength, pale)
    return np.stack((red, pale, blue), axis=2)


def _changed(left: Pixels, right: Pixels) -> NDArray[np.bool_]:
    """Where any sample differs, alpha and colour too, even at equal opacity."""
    if left.shape != right.shape or left.dtype != right.dtype:
        left, right = _as_rgba(left), _as_rgba(right)
    changed: NDArray[np.bool_] = (left != right).any(axis=2)
    return changed


def _as_rgba(pixels: Pixels) -> NDArray[np.uint16]:
    wide = _widened(pixels)
    color = wide[..., :-1] if wide.shape[2] in {2, 4} else wide
    alpha = wide[..., -1:] if wide.shape[2] in {2, 4} else np.full((*wide.shape[:2], 1), FULL, np.uint16)
    return np.concatenate((np.broadcast_to(color, (*wide.shape[:2], 3)), alpha), axis=2)


def _widened(pixels: Pixels) -> NDArray[np.uint16]:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint16) * np.uint16(257)
    return pixels.astype(np.uint16, copy=False)


def _distance(before: NDArray[np.uint16], after: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.maximum(before, after) - np.minimum(before, after)


def _scaled(opacities: NDArray[np.uint16], top: int) -> NDArray[np.uint8]:
    """From 0 to FULL down to 0 to `top`."""
    return (opacities.astype(np.uint32) * np.uint32(top) // np.uint32(FULL)).astype(np.uint8)


def _count(places: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(places))


def _share(part: int, whole: int) -> float:
    return round(part / whole, _PLACES)


def _box(changed: NDArray[np.bool_]) -> BoundingBox | None:
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not rows.size:
        return None
    top, bottom, left, right = (int(edge) for edge in (rows[0], rows[-1], columns[0], columns[-1]))
    return BoundingBox(left, top, right - left + 1, bottom - top + 1)


def _stretched(left: Pixels, right: Pixels, rows: slice) -> Pixels:
    """What of the left picture lies at some rows of the right one: each pixel is the one at its relative place."""
    (left_height, left_width), (height, width) = left.shape[:2], right.shape[:2]
    if (left_height, left_width) == (height, width):
        return left[rows]
    lines = np.arange(rows.start, rows.stop) * left_height // height
    return left[np.ix_(lines, np.arange(width) * left_width // width)]


def _encoded(picture: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=_COMPRESS_LEVEL)
    return out.getvalue()
