"""The points of a coarse grid over a picture, and the pixels interpolated between their values. Knows no shape."""

from __future__ import annotations

import numpy as np

from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities


def points(raster: Raster) -> tuple[Numbers, Numbers]:
    """The places of the grid's points in the frame, in its pixels: each of x and y as one row or one column."""
    x, y = (_places(size, raster) for size in (raster.width, raster.height))
    return raster.frame.origin(x[np.newaxis, :], y[:, np.newaxis])


def interpolated(values: Numbers, raster: Raster) -> Opacities:
    """A value for each pixel of the raster, from those of the grid."""
    if raster.step == 1:
        return values[: raster.height, : raster.width]
    rows = _between(values, raster.height, raster.step)
    return _between(rows.T, raster.width, raster.step).T


def _places(size: int, raster: Raster) -> Numbers:
    count = (size + raster.step - 1) // raster.step + 1
    return (np.arange(count, dtype=np.float32) * np.float32(raster.step)) / np.float32(raster.scale)


def _between(values: Numbers, size: int, step: int) -> Numbers:
    """Rows between the rows of `values`, `step` for each."""
    share = (np.arange(step, dtype=np.float32) / np.float32(step))[np.newaxis, :, np.newaxis]
    rows = values[:-1, np.newaxis, :] * (1 - share) + values[1:, np.newaxis, :] * share
    return rows.reshape(-1, values.shape[1])[:size]


def placed(places: Numbers, raster: Raster) -> Numbers:
    """Where places of the frame are in the picture, in its pixels; rows of x and y."""
    x, y = raster.frame.place(places[:, 0], places[:, 1])
    return np.stack((x, y), axis=1) * np.float32(raster.scale)
