"""The inside of a closed line, pixel by pixel. Knows no curve.

Source: the edge-flag fill in _path_get_mask_roi of darktable's src/develop/masks/path.c, by comparing exports.
"""

from __future__ import annotations

import numpy as np

from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities


def fill(mask: Opacities, corners: Numbers) -> None:
    """Set the pixels inside to 1 by the even-odd rule, with the pixels of the line where it enters and leaves a row."""
    height, width = mask.shape
    start, end = corners, np.roll(corners, -1, axis=0)
    down = start[:, 1:] <= end[:, 1:]
    upper, lower = np.where(down, start, end), np.where(down, end, start)
    first = np.clip(np.ceil(upper[:, 1]), 0, height).astype(np.int32)
    count = np.maximum(np.clip(np.ceil(lower[:, 1]), 0, height).astype(np.int32) - first, 0)
    edge = np.repeat(np.arange(len(corners)), count)
    row = np.arange(len(edge)) - (np.cumsum(count) - count)[edge] + first[edge]
    (x0, y0), (x1, y1) = upper[edge].T, lower[edge].T
    column = np.floor(x0 + (x1 - x0) * (row - y0) / (y1 - y0) + np.float32(0.5))
    flags = np.zeros((height, width), np.uint8)
    np.add.at(flags, (row, np.clip(column, 0, width - 1).astype(np.int32)), 1)
    flags &= 1
    mask[(np.bitwise_xor.accumulate(flags, axis=1) | flags) == 1] = 1
