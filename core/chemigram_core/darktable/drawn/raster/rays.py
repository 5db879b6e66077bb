"""Rays of falling opacity, from a line to the end of its border, pixel by pixel. Knows no curve.

Each ray also writes to the neighbors in its direction, so that no pixel between two rays stays empty. Where several
write to one pixel the highest opacity stays.
Source: _path_falloff_roi and _brush_falloff_roi in darktable's src/develop/masks, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities

Whole = NDArray[np.int32]
_MARGIN = 2  # pixels


@dataclass(frozen=True)
class Rays:
    """In whole pixels of the picture, x above y; how long each is, in steps, and how hard and how dense.

    `steps` are those until it has left the picture; most of them first, so that the rays that are still under way at a
    step are at the front of each array.
    """

    starts: Whole
    ways: Whole
    lengths: Whole
    steps: Whole
    hardness: Numbers
    density: Numbers

    def under_way(self) -> Iterator[tuple[int, slice]]:
        """Each step, and the rays that take it."""
        ascending = self.steps[::-1]
        done = np.searchsorted(ascending, np.arange(self.steps.max(initial=0)), side="right")
        return ((step, slice(len(ascending) - count)) for step, count in enumerate(done.tolist()))


def rays_between(starts: Numbers, ends: Numbers, payload: Numbers, size: tuple[int, int]) -> Rays:
    """A ray for each row, equal neighbors as one, in a picture of this size; a payload is hardness and density."""
    known = np.flatnonzero(np.isfinite(starts + ends).all(axis=1))
    begin, end = (each.take(known, axis=0).astype(np.int32) for each in (starts, ends))
    payload = payload.take(known, axis=0)
    differing = np.flatnonzero(_differs(begin) | _differs(end) | _differs(payload))
    begin, way = begin.take(differing, axis=0).T, (end - begin).take(differing, axis=0).T
    lengths = np.hypot(*way.astype(np.float64)).astype(np.int32) + 1
    steps = _steps_within(size, begin, way, lengths)
    order = np.argsort(-steps)[: np.count_nonzero(steps)]
    hardness, density = payload.take(differing[order], axis=0).T.copy()
    begin, way = begin.take(order, axis=1), way.take(order, axis=1)
    return Rays(begin, way, lengths.take(order), steps.take(order), hardness, density)


def _steps_within(size: tuple[int, int], begin: Whole, way: Whole, lengths: Whole) -> Whole:
    """How many steps each ray takes until it has left the picture for good, or all; none if it never gets there."""
    low = np.full_like(begin, -_MARGIN)
    high = np.broadcast_to(np.array(size)[:, np.newaxis] - 1 + _MARGIN, begin.shape)
    ahead = np.where(way < 0, begin - low, high - begin)  # pixels to the side that it moves towards
    gets_there = (np.maximum(begin, begin + way) >= low) & (np.minimum(begin, begin + way) <= high)
    left_after = ahead * lengths.astype(np.float64) / np.maximum(np.abs(way), 1) + _MARGIN
    last = np.where(way == 0, lengths, np.minimum(left_after, lengths)).min(axis=0)
    return np.where(gets_there.all(axis=0), np.maximum(last, 0), 0).astype(np.int32)


def _differs(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows, of two numbers of 32 bits, are not the same as the one before."""
    numbers = np.ascontiguousarray(rows).view(np.int64)[:, 0]
    return np.concatenate(([True], numbers[1:] != numbers[:-1]))[: len(numbers)]


class Canvas:
    """A mask with a margin around it, so that neighbors of its outermost pixels need no check."""

    def __init__(self, width: int, height: int) -> None:
        self.size = width, height
        self._wide = np.zeros((height + 2 * _MARGIN, width + 2 * _MARGIN), np.float32)

    @property
    def mask(self) -> Opacities:
        """Without the margin."""
        return self._wide[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]

    def draw_falling(self, rays: Rays) -> None:
        """Each ray falls from 1 to 0."""
        beside, place, far = np.where(rays.ways < 0, np.int32(-1), np.int32(1)), rays.starts.copy(), np.abs(rays.ways)
        gone, all_lengths = np.zeros_like(far), np.arange(1, rays.lengths.max(initial=0) + 1)
        for step, these in rays.under_way():
            length = rays.lengths[these]
            self._write(
                place[:, these],
                beside[:, these],
                (1 - (step / all_lengths).astype(np.float32)).take(length - 1),
                outside=1,
            )
            gone[:, these] += far[:, these]
            moves = gone[:, these] >= length
            gone[:, these] -= moves * length
            place[:, these] += moves * beside[:, these]

    def draw_strokes(self, rays: Rays) -> None:
        """Each ray has its density for the share given by its hardness, and then falls to 0."""
        length = rays.lengths.astype(np.float32)
        solid = (rays.hardness * length).astype(np.int32)
        falling = rays.lengths - solid
        loss = np.where(falling > 0, rays.density / np.maximum(falling, 1), 0).astype(np.float32)
        beside, slope = np.where(rays.ways <= 0, np.int32(-1), np.int32(1)), rays.ways.astype(np.float32) / length
        place = rays.starts.astype(np.float32)
        for step, these in rays.under_way():
            values = rays.density[these] - loss[these] * np.maximum(step - solid[these], 0).astype(np.float32)
            self._write(place[:, these].astype(np.int32), beside[:, these], values, outside=0)  # cast towards 0
            place[:, these] += slope[:, these]  # in 32 bits, with what is lost at each addition

    def _write(self, places: Whole, beside: Whole, values: Numbers, *, outside: int) -> None:
        """To the places, and beside them in x and in y, unless a place is further than `outside` the mask."""
        (x, y), (width, height), row = places, self.size, self._wide.shape[1]
        inside = (x >= -outside) & (x < width + outside) & (y >= -outside) & (y < height + outside)
        index, sideways, up_or_down = (y + _MARGIN) * row + x + _MARGIN, *beside
        if not inside.all():
            found = np.flatnonzero(inside)
            index, sideways, up_or_down, values = (each.take(found) for each in (index, sideways, up_or_down, values))
        for each in (index, index + sideways, index + up_or_down * row):
            np.maximum.at(self._wide.reshape(-1), each, values)
