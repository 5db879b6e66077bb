"""Circles, ellipses and gradients: shapes whose opacity is a formula of the place.

Source: dt_masks_functions of circle.c, ellipse.c and gradient.c in darktable's src/develop/masks, by comparing exports.
"""

from __future__ import annotations

import math

import numpy as np

from chemigram_core.darktable.drawn.figures import Circle, Ellipse, Gradient
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.raster.grid import interpolated, points
from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities

_LEAST_COMPRESSION = 0.001
_LARGEST_DISTANCE = 50  # diagonals, that the table reaches: enough for all that darktable lets one draw
_erf = np.vectorize(math.erf, otypes=[np.float64])


def circle(shape: Circle, raster: Raster) -> Opacities:
    """Full within the radius; then a falling parabola of the squared distance, to the end of the border."""
    x, y, side = *_from(shape.center, raster), raster.frame.shorter_side
    inner, outer = (np.float32(length * side) ** 2 for length in (shape.radius, shape.radius + shape.border))
    return interpolated(_falling(inner, outer, x * x + y * y), raster)


def ellipse(shape: Ellipse, raster: Raster) -> Opacities:
    """As a circle, with the radii of each direction."""
    x, y, turn = *_from(shape.center, raster), math.radians(shape.rotation)
    cosine, sine = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    along, across = (x * cosine + y * sine) ** 2, (y * cosine - x * sine) ** 2
    distance = along + across
    with np.errstate(divide="ignore", invalid="ignore"):
        inner, outer = (
            _squared_radius(radius, raster) * distance / _weighted(radius, raster, along, across)
            for radius in (shape.radius, shape.outer)
        )
        values = _falling(inner, outer, distance)
    values[distance == 0] = 1
    return interpolated(values, raster)


def gradient(shape: Gradient, raster: Raster) -> Opacities:
    """By the distance to the line or parabola, read from a table with a step of one pixel; it can be beyond 0 and 1."""
    turn, pixel = math.radians(-shape.rotation), 1 / math.hypot(raster.frame.width, raster.frame.height)
    cosine, sine = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    x, y = _from(shape.anchor, raster)
    along, across = (cosine * x + sine * y) * np.float32(pixel), (sine * x - cosine * y) * np.float32(pixel)
    distance = across - np.float32(shape.curvature) * along * along
    return interpolated(_transition(shape, distance, pixel), raster)


def _transition(shape: Gradient, distance: Numbers, pixel: float) -> Numbers:
    compression = max(shape.compression, _LEAST_COMPRESSION)
    count = math.ceil(min(4 * compression, _LARGEST_DISTANCE) / pixel)
    table = _table(shape, np.arange(-count - 1, count + 2) * pixel / compression)
    far = np.float32(4 * compression)
    place = np.clip(distance / np.float32(pixel), np.float32(-count), np.float32(count))
    below, above = place.astype(np.int32), (place + 1).astype(np.int32)
    share = place - below.astype(np.float32)
    values: Numbers = table[above + count + 1] * share + table[below + count + 1] * (1 - share)
    values[distance <= -far], values[distance >= far] = 0, 1
    return values


def _table(shape: Gradient, distances: Numbers) -> Numbers:
    values = 0.5 + 0.5 * (_erf(distances) if shape.is_sigmoidal else distances)
    table: Numbers = np.clip(values, 0, 1).astype(np.float32)
    return table


def _from(center: tuple[float, float], raster: Raster) -> tuple[Numbers, Numbers]:
    """The grid's points, seen from `center`, in pixels."""
    x, y = points(raster)
    return x - np.float32(center[0] * raster.frame.width), y - np.float32(center[1] * raster.frame.height)


def _falling(inner: Numbers | np.float32, outer: Numbers | np.float32, distance: Numbers) -> Numbers:
    """All are squares of lengths in pixels."""
    share: Numbers = np.clip((outer - distance) / (outer - inner), 0, 1)
    return share * share


def _squared_radius(radius: tuple[float, float], raster: Raster) -> np.float32:
    side = raster.frame.shorter_side
    return np.float32((radius[0] * side) ** 2 * (radius[1] * side) ** 2)


def _weighted(radius: tuple[float, float], raster: Raster, along: Numbers, across: Numbers) -> Numbers:
    """a²·across² + b²·along²: what a²·b² is divided by, times the squared distance."""
    a, b = (np.float32((length * raster.frame.shorter_side) ** 2) for length in radius)
    return np.asarray(a * across + b * along, np.float32)
