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

Whole = NDArray[np.int32]
_MARGIN = 2  # pixels
_STEPS_AT_ONCE = 1 << 20  # of all rays together: long ones would fill the memory


@dataclass(frozen=True)
class Rays:
    """Rows of x and y, in whole pixels of the picture; how hard and how dense each ray is."""

    starts: Whole
    ends: Whole
    hardness: Numbers
    density: Numbers

    @property
    def ways(self) -> Whole:
        """From start to end: shape (rays, 2), x and y in pixels."""
        return self.ends - self.starts

    @property
    def lengths(self) -> Whole:
        """In steps."""
        ways = self.ways.astype(np.float64)
        return np.hypot(ways[:, 0], ways[:, 1]).astype(np.int32) + 1

    def chunks(self) -> Iterator[Rays]:
        """All rays in parts, those of about one length together."""
        order = np.argsort(self.lengths, kind="stable")
        part = np.cumsum(self.lengths[order].astype(np.int64)) // _STEPS_AT_ONCE
        for rows in np.split(order, np.flatnonzero(np.diff(part)) + 1):
            yield Rays(self.starts[rows], self.ends[rows], self.hardness[rows], self.density[rows])


def rays_between(starts: Numbers, ends: Numbers, payload: Numbers) -> Rays:
    """A ray for each row, equal neighbors as one; `payload` has rows of hardness and density."""
    rows = np.concatenate((starts.T, np.trunc(ends).T, payload.T)).astype(np.float32)
    rows = rows[:, np.isfinite(rows).all(axis=0)]
    rows = rows[:, np.append(True, (rows[:, 1:] != rows[:, :-1]).any(axis=0))] if rows.size else rows
    return Rays(rows[:2].T.astype(np.int32), rows[2:4].T.astype(np.int32), rows[4], rows[5])


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
        length, ways = rays.lengths, rays.ways
        ray, step = _steps(length)
        x, y = (
            rays.starts[:, axis][ray] + (step * ways[:, axis].astype(np.float32)[ray] / length[ray]).astype(np.int32)
            for axis in (0, 1)
        )
        share = np.asarray(step / length[ray], np.float32)
        self._write((x, y), np.where(ways < 0, -1, 1)[ray], 1 - share, outside=1)

    def draw_strokes(self, rays: Rays) -> None:
        """Each ray has its density for the share that its hardness says, and falls to 0 in the rest."""
        length = rays.lengths
        solid = (rays.hardness * length.astype(np.float32)).astype(np.int32)
        loss = np.where(length > solid, rays.density / np.maximum(length - solid, 1), 0).astype(np.float32)
        ray, step = _steps(length)
        values = rays.density[ray] - loss[ray] * np.maximum(step - solid[ray], 0).astype(np.float32)
        self._write(_accumulated(rays, ray, step), np.where(rays.ways <= 0, -1, 1)[ray], values, outside=0)

    def _write(self, places: tuple[Whole, Whole], beside: Whole, values: Numbers, *, outside: int) -> None:
        """To the places, and beside them in x and in y, unless a place is further than `outside` the mask."""
        (x, y), (width, height), row = places, self._size, self._wide.shape[1]
        inside = (x >= -outside) & (x < width + outside) & (y >= -outside) & (y < height + outside)
        index, values, beside = ((y + _MARGIN) * row + x + _MARGIN)[inside], values[inside], beside[inside]
        for each in (index, index + beside[:, 0], index + beside[:, 1] * row):
            np.maximum.at(self._wide.reshape(-1), each, values)


def _steps(length: Whole) -> tuple[NDArray[np.intp], Whole]:
    """For each step of all rays: the ray, and the number of the step in it."""
    ray = np.repeat(np.arange(len(length)), length)
    first = np.cumsum(length) - length
    return ray, (np.arange(len(ray)) - first[ray]).astype(np.int32)


def _accumulated(rays: Rays, ray: NDArray[np.intp], step: Whole) -> tuple[Whole, Whole]:
    """The places of steps that are added up in 32 bits, with what is lost at each addition."""
    slope = rays.ways.astype(np.float32) / rays.lengths.astype(np.float32)[:, np.newaxis]
    place = rays.starts.astype(np.float32)
    table = np.empty((int(rays.lengths.max(initial=0)), *place.shape), np.int32)
    for row in table:
        np.copyto(row, place, casting="unsafe")  # towards 0, as darktable casts
        place += slope
    return table[step, ray, 0], table[step, ray, 1]
