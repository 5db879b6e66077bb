"""The points of a coarse grid over a picture, and the pixels interpolated between their values. Knows no shape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities, bands


def evaluated(formula: Callable[[Numbers, Numbers], Numbers], raster: Raster) -> Opacities:
    """The pixels of a shape from the values of `formula`, which gets places of the frame, in its pixels.

    Each of x and y is one row or one column of them.
    """
    (left, top), width, height = raster.start, raster.width, raster.height
    x, y = _places(left, width, raster), _places(top, height, raster)
    values = np.empty((len(y), len(x)), np.float32)
    for rows in bands(len(y)):
        values[rows] = formula(*raster.frame.origin(x[np.newaxis, :], y[rows, np.newaxis]))
    return _interpolated(values, raster)


def _interpolated(values: Numbers, raster: Raster) -> Opacities:
    """A value for each pixel of the raster, from those of the grid."""
    if raster.step == 1:
        return values[: raster.height, : raster.width]
    rows = _between(values, raster.height, raster.step)
    return _between(rows.T, raster.width, raster.step).T


def _places(start: int, size: int, raster: Raster) -> Numbers:
    count = (size + raster.step - 1) // raster.step + 1
    pixels = np.arange(count, dtype=np.float32) * np.float32(raster.step) + np.float32(start)
    return pixels / np.float32(raster.scale)


def _between(values: Numbers, size: int, step: int) -> Numbers:
    """Rows between the rows of `values`, `step` for each."""
    share = (np.arange(step, dtype=np.float32) / np.float32(step))[np.newaxis, :, np.newaxis]
    rows = values[:-1, np.newaxis, :] * (1 - share) + values[1:, np.newaxis, :] * share
    return rows.reshape(-1, values.shape[1])[:size]


def placed(places: Numbers, raster: Raster) -> Numbers:
    """The positions in the picture of positions in the frame, in pixels; rows of x and y."""
    x, y = raster.frame.place(places[:, 0], places[:, 1])
    return np.stack((x, y), axis=1) * np.float32(raster.scale) - np.array(raster.start, np.float32)
