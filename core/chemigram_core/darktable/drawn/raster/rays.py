"""Rays of falling opacity, from a line to the end of its border, pixel by pixel. Knows no curve.

Each ray also writes to the neighbors in its direction, so that no pixel between two rays stays empty. Where several
write to one pixel the highest opacity stays.
Source: _path_falloff_roi and _brush_falloff_roi in darktable's src/develop/masks, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities

Whole = NDArray[np.intp]  # numpy finds its way with no other type as fast
_MARGIN = 2  # pixels


@dataclass(frozen=True)
class Rays:
    """In whole pixels of the picture, x above y; how long each is, in steps, and how hard and how dense. Longest first.

    All that is still under way at a step is at the front of each array.
    """

    starts: Whole
    ways: Whole
    lengths: Whole
    hardness: Numbers
    density: Numbers

    def under_way(self) -> Iterator[tuple[int, slice]]:
        """Each step, and the rays that take it."""
        ascending = self.lengths[::-1]
        done = np.searchsorted(ascending, np.arange(self.lengths.max(initial=0)), side="right")
        return ((step, slice(len(ascending) - count)) for step, count in enumerate(done.tolist()))


def rays_between(starts: Numbers, ends: Numbers, payload: Numbers) -> Rays:
    """A ray for each row, equal neighbors as one; `payload` has rows of hardness and density."""
    rows = np.concatenate((starts.T, np.trunc(ends).T, payload.T)).astype(np.float32)
    rows = rows[:, np.isfinite(rows).all(axis=0)]
    rows = rows[:, np.append(True, (rows[:, 1:] != rows[:, :-1]).any(axis=0))] if rows.size else rows
    ways = rows[2:4].astype(np.int32) - rows[:2].astype(np.int32)
    lengths = np.hypot(*ways.astype(np.float64)).astype(np.intp) + 1
    order = np.argsort(-lengths)
    return Rays(
        rows[:2, order].astype(np.intp), ways[:, order].astype(np.intp), lengths[order], rows[4, order], rows[5, order]
    )


class Canvas:
    """A mask with a margin around it, so that neighbors of its outermost pixels need no check."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._wide = np.zeros((height + 2 * _MARGIN, width + 2 * _MARGIN), np.float32)

    @property
    def mask(self) -> Opacities:
        """Without the margin."""
        return self._wide[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]

    def draw_falling(self, rays: Rays) -> None:
        """Each ray falls from 1 to 0."""
        beside = np.where(rays.ways < 0, -1, 1)
        for step, these in rays.under_way():
            length = rays.lengths[these]
            x, y = rays.starts[:, these] + (step * rays.ways[:, these] / length).astype(np.intp)
            self._write((x, y), beside[:, these], 1 - (step / length).astype(np.float32), outside=1)

    def draw_strokes(self, rays: Rays) -> None:
        """Each ray has its density for the share that its hardness says, and falls to 0 in the rest."""
        length = rays.lengths.astype(np.float32)
        solid = (rays.hardness * length).astype(np.int32)
        falling = rays.lengths - solid
        loss = np.where(falling > 0, rays.density / np.maximum(falling, 1), 0).astype(np.float32)
        beside, slope = np.where(rays.ways <= 0, -1, 1), rays.ways.astype(np.float32) / length
        place = rays.starts.astype(np.float32)
        for step, these in rays.under_way():
            x, y = place[:, these].astype(np.intp)  # towards 0, as darktable casts
            values = rays.density[these] - loss[these] * np.maximum(step - solid[these], 0).astype(np.float32)
            self._write((x, y), beside[:, these], values, outside=0)
            place[:, these] += slope[:, these]  # added up in 32 bits, with what is lost at each addition

    def _write(self, places: tuple[Whole, Whole], beside: Whole, values: Numbers, *, outside: int) -> None:
        """To the places, and beside them in x and in y, unless a place is further than `outside` the mask."""
        (x, y), (width, height), row = places, self._size, self._wide.shape[1]
        inside = (x >= -outside) & (x < width + outside) & (y >= -outside) & (y < height + outside)
        index, values, beside = ((y + _MARGIN) * row + x + _MARGIN)[inside], values[inside], beside[:, inside]
        for each in (index, index + beside[0], index + beside[1] * row):
            np.maximum.at(self._wide.reshape(-1), each, values)
