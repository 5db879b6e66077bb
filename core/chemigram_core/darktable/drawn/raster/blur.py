"""Blurs a mask as darktable does: by Deriche's recursive filter of order 0, columns first. Knows nothing else.

Source: dt_gaussian_blur in darktable's src/common/gaussian.c; R. Deriche, Recursively implementing the Gaussian (1993).
"""

from __future__ import annotations

import math

import numpy as np

from chemigram_core.darktable.drawn.raster.pixels import Opacities


def blurred(mask: Opacities, sigma: float) -> Opacities:
    """The mask with its edges softened; `sigma` in pixels. At the border of the picture values are continued."""
    return _rows_smoothed(_rows_smoothed(mask, sigma).T, sigma).T


def _rows_smoothed(mask: Opacities, sigma: float) -> Opacities:
    """Down and up the rows, and the sum of both."""
    (a0, a1, a2, a3), (b1, b2) = _coefficients(sigma)
    first, last = mask[0], mask[-1]
    down = _pass(mask, first, first * ((a0 + a1) / (1 + b1 + b2)), (a0, a1, b1, b2))
    ahead = np.concatenate((mask[1:], last[np.newaxis]))[::-1]  # the way up begins with what is ahead of a pixel
    up = _pass(ahead, last, last * ((a2 + a3) / (1 + b1 + b2)), (a2, a3, b1, b2))
    down += up[::-1]
    return down


def _pass(rows: Opacities, before: Opacities, start: Opacities, weights: tuple[np.float32, ...]) -> Opacities:
    """y[n] = a·x[n] + b·x[n-1] - c·y[n-1] - d·y[n-2], for whole rows."""
    a, b, c, d = weights
    found = np.multiply(rows, a)
    found[1:] += b * rows[:-1]
    found[0] += b * before
    one, two = start, start
    for at in range(len(found)):
        found[at] -= c * one + d * two
        one, two = found[at], one
    return found


def _coefficients(sigma: float) -> tuple[tuple[np.float32, ...], tuple[np.float32, ...]]:
    alpha = 1.695 / sigma
    once, twice = math.exp(-alpha), math.exp(-2 * alpha)
    k = (1 - once) ** 2 / (1 + 2 * alpha * once - twice)
    forward = (k, k * (alpha - 1) * once, k * (alpha + 1) * once, -k * twice)
    return tuple(map(np.float32, forward)), tuple(map(np.float32, (-2 * once, twice)))
