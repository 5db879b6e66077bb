"""Circles, ellipses and gradients: shapes whose opacity is a formula of the place.

Source: dt_masks_functions of circle.c, ellipse.c and gradient.c in darktable's src/develop/masks, by comparing exports.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from chemigram_core.darktable.drawn.figures import Circle, Ellipse, Gradient
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.raster.grid import evaluated
from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities

_LEAST_COMPRESSION = 0.001
_LARGEST_DISTANCE = 50  # diagonals, that the table reaches: enough for all that darktable lets one draw
_erf = np.vectorize(math.erf, otypes=[np.float64])


def circle(shape: Circle, raster: Raster) -> Opacities:
    """Full within the radius; then a falling parabola of the squared distance, to the end of the border."""
    side, x0, y0 = raster.frame.shorter_side, *_pixels_of(shape.center, raster)
    inner, outer = (np.float32(length * side) ** 2 for length in (shape.radius, shape.radius + shape.border))
    return evaluated(lambda x, y: _falling(inner, outer, (x - x0) ** 2 + (y - y0) ** 2), raster)


def ellipse(shape: Ellipse, raster: Raster) -> Opacities:
    """As a circle, with the radii of each direction."""
    x0, y0 = _pixels_of(shape.center, raster)
    cosine, sine = _direction(shape.rotation)
    inner, outer = (_squared_radius(radius, raster) for radius in (shape.radius, shape.outer))

    def value(x: Numbers, y: Numbers) -> Numbers:
        x, y = x - x0, y - y0
        along, across = (x * cosine + y * sine) ** 2, (y * cosine - x * sine) ** 2
        distance = along + across
        values = _falling(inner(along, across, distance), outer(along, across, distance), distance)
        values[distance == 0] = 1
        return values

    with np.errstate(divide="ignore", invalid="ignore"):
        return evaluated(value, raster)


def gradient(shape: Gradient, raster: Raster) -> Opacities:
    """By the distance to the line or parabola, read from a table with a step of one pixel; it can be beyond 0 and 1."""
    pixel = np.float32(1 / math.hypot(raster.frame.width, raster.frame.height))
    x0, y0 = _pixels_of(shape.anchor, raster)
    cosine, sine = _direction(-shape.rotation)
    curvature, transition = np.float32(shape.curvature), _transition(shape, raster)

    def value(x: Numbers, y: Numbers) -> Numbers:
        x, y = x - x0, y - y0
        along, across = (cosine * x + sine * y) * pixel, (sine * x - cosine * y) * pixel
        return transition(across - curvature * along * along)

    return evaluated(value, raster)


def _transition(shape: Gradient, raster: Raster) -> Callable[[Numbers], Numbers]:
    """The opacity at a distance in diagonals of the frame."""
    pixel = 1 / math.hypot(raster.frame.width, raster.frame.height)
    compression = max(shape.compression, _LEAST_COMPRESSION)
    far, count = np.float32(4 * compression), math.ceil(min(4 * compression, _LARGEST_DISTANCE) / pixel)
    table = _table(np.arange(count + 2) * pixel / compression, is_sigmoidal=shape.is_sigmoidal)

    def value(distance: Numbers) -> Numbers:
        place = np.clip(distance / np.float32(pixel), np.float32(-count), np.float32(count))
        below, above = place.astype(np.intp), (place + 1).astype(np.intp)  # numpy looks up no other type as fast
        share = place - below.astype(np.float32)
        values: Numbers = table[above] * share + table[below] * (1 - share)
        values[distance <= -far], values[distance >= far] = 0, 1
        return values

    return value


def _table(distances: Numbers, *, is_sigmoidal: bool) -> Numbers:
    """The opacity at each of the distances, from 0 on; then at those below 0, so that -1 is the last entry's index."""
    above = _erf(distances) if is_sigmoidal else distances
    values = 0.5 + 0.5 * np.concatenate((above, -above[:0:-1]))
    table: Numbers = np.clip(values, 0, 1).astype(np.float32)
    return table


def _pixels_of(place: tuple[float, float], raster: Raster) -> tuple[np.float32, np.float32]:
    return np.float32(place[0] * raster.frame.width), np.float32(place[1] * raster.frame.height)


def _direction(rotation: float) -> tuple[np.float32, np.float32]:
    """The cosine and sine of an angle in degrees."""
    return np.float32(math.cos(math.radians(rotation))), np.float32(math.sin(math.radians(rotation)))


def _falling(inner: Numbers | np.float32, outer: Numbers | np.float32, distance: Numbers) -> Numbers:
    """All are squares of lengths in pixels."""
    share: Numbers = np.clip((outer - distance) / (outer - inner), 0, 1)
    return share * share


def _squared_radius(radius: tuple[float, float], raster: Raster) -> Callable[[Numbers, Numbers, Numbers], Numbers]:
    """In the direction of a place: a²·b² times the squared distance, divided by a²·across² + b²·along²."""
    side = raster.frame.shorter_side
    both = np.float32((radius[0] * side) ** 2 * (radius[1] * side) ** 2)
    a, b = (np.float32((length * side) ** 2) for length in radius)

    def squared(along: Numbers, across: Numbers, distance: Numbers) -> Numbers:
        return np.asarray(both * distance / (a * across + b * along), np.float32)

    return squared
