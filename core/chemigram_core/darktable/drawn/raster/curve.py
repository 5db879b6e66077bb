"""Points along a line of Bézier curves, each with the end of its border, as dense as darktable samples them.

Source: _path_points_recurs and _brush_points_recurs in darktable's src/develop/masks, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chemigram_core.darktable.drawn.raster.pixels import Numbers

Point: TypeAlias = tuple[float, float]
_LEAST_STEP = 0.0001
_SOON = 0.00001  # a parameter at which a curve has a direction, even where its control point is its end
_LEAST_GAP = 1.0  # in pixels, between two ends of the border, that an arc fills


@dataclass(frozen=True)
class Segment:
    """One Bézier curve, in pixels of the frame, with the length of its border at both ends, signed by its side."""

    start: Point
    start_control: Point
    end_control: Point
    end: Point
    start_border: float
    end_border: float
    precision: type[np.float32 | np.float64]  # with which darktable computes its directions

    def at(self, t: NDArray[np.float64]) -> tuple[Numbers, Numbers]:
        """The points at `t`, and the ends of their border: rows of x and y. An end is no number without a direction."""
        points, directions = self._points(t.astype(np.float32)), self._directions(t.astype(self.precision))
        share = (t * t * (3 - 2 * t)).astype(np.float32)
        border = np.float32(self.start_border) + np.float32(self.end_border - self.start_border) * share
        with np.errstate(divide="ignore", invalid="ignore"):
            length = 1 / np.sqrt(directions[:, 0] ** 2 + directions[:, 1] ** 2)
            across = np.stack((directions[:, 1], -directions[:, 0]), axis=1)
            ends = points + border[:, np.newaxis] * across * length[:, np.newaxis]
        return points, ends.astype(np.float32)

    def _points(self, t: Numbers) -> Numbers:
        rest: Numbers = 1 - t
        return self._sum((rest * rest * rest, 3 * t * rest * rest, 3 * t * t * rest, t * t * t), t.dtype)

    def _directions(self, t: NDArray[Any]) -> NDArray[Any]:
        rest = 1 - t
        squares = -3 * rest * rest, 3 * (rest * rest - 2 * t * rest), 3 * (2 * t * rest - t * t), 3 * t * t
        return self._sum(squares, t.dtype)

    def _sum(self, weights: Sequence[NDArray[Any]], dtype: np.dtype[Any]) -> NDArray[Any]:
        """In the order of the four points, since 32 bits round each sum."""
        points = np.array((self.start, self.start_control, self.end_control, self.end), np.float32).astype(dtype)
        found: NDArray[Any] = weights[0][:, np.newaxis] * points[0]
        for weight, point in zip(weights[1:], points[1:], strict=True):
            found += weight[:, np.newaxis] * point
        return found

    def start_of_border(self) -> Numbers:
        """The end of its border just behind its start."""
        _, ends = self.at(np.array([_SOON]))
        return np.asarray(ends[0], np.float32)


def sampled(segment: Segment) -> tuple[NDArray[np.float64], Numbers, Numbers]:
    """Parameters, points and ends of the border along a segment, without its start and with its end twice.

    Neighbors are in the same pixel, both points and ends, or as near as the parameters get.
    """
    t = _parameters(segment)
    points, ends = segment.at(t)
    return t, points, ends


def _parameters(segment: Segment) -> NDArray[np.float64]:
    """Intervals are halved, all at once, until each is near enough."""
    low, high = np.zeros(1), np.ones(1)
    found = [np.ones(1)]
    while low.size:
        near = (high - low < _LEAST_STEP) | _in_one_pixel(segment, low, high)
        found.append(high[near])
        low, high = low[~near], high[~near]
        middle = (low + high) / 2
        low, high = np.concatenate((low, middle)), np.concatenate((middle, high))
    return np.sort(np.concatenate(found))


def _in_one_pixel(segment: Segment, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    first, second = (np.hstack(segment.at(t)) for t in (low, high))
    near = np.trunc(first) == np.trunc(second)  # never where one is no number
    return np.asarray(near.all(axis=1), np.bool_)


def arc(center: Numbers, first: Numbers, last: Numbers, *, rising: bool) -> Numbers:
    """The points between two ends of the border, around a corner, a pixel apart; `rising` is the sense of the angle."""
    (from_angle, from_radius), (to_angle, to_radius) = _polar(first - center), _polar(last - center)
    if rising and to_angle < from_angle:
        to_angle += 2 * np.pi
    if not rising and to_angle > from_angle:
        from_angle += 2 * np.pi
    return _along(center, (from_angle, to_angle), (from_radius, to_radius))


def short_arc(center: Numbers, first: Numbers, last: Numbers) -> Numbers:
    """As `arc`, the shorter way."""
    (from_angle, from_radius), (to_angle, to_radius) = _polar(first - center), _polar(last - center)
    turn = (to_angle - from_angle + np.pi) % (2 * np.pi) - np.pi
    return _along(center, (from_angle, from_angle + turn), (from_radius, to_radius))


def circle_from(center: Numbers, first: Numbers) -> Numbers:
    """All around a corner, from one end of the border on."""
    angle, radius = _polar(first - center)
    count = _pixels(2 * np.pi * radius)
    step = 2 * np.pi / max(count, 1)
    return _around(center, (angle - step, step), (radius, 0), count if count > 1 else 0)


def _polar(vector: Numbers) -> tuple[float, float]:
    return float(np.arctan2(vector[1], vector[0])), float(np.hypot(*vector))


def _along(center: Numbers, angles: tuple[float, float], radii: tuple[float, float]) -> Numbers:
    count = _pixels(abs(angles[1] - angles[0]) * max(radii))
    steps = ((pair[1] - pair[0]) / max(count, 1) for pair in (angles, radii))
    return _around(center, (angles[0], next(steps)), (radii[0], next(steps)), max(count - 1, 0))


def _pixels(way: float) -> int:
    return int(way) if np.isfinite(way) else 0


def _around(center: Numbers, angle: tuple[float, float], radius: tuple[float, float], count: int) -> Numbers:
    """From a first angle and radius by steps of both, which are added up in 32 bits as darktable does."""
    angles, radii = (np.cumsum(np.array([pair[0], *[pair[1]] * count], np.float32))[1:] for pair in (angle, radius))
    return np.asarray(center + np.stack((radii * np.cos(angles), radii * np.sin(angles)), axis=1), np.float32)


def has_gap(first: Numbers, second: Numbers) -> bool:
    """Whether two ends of the border are more than a pixel apart."""
    return bool((np.abs(second - first) > _LEAST_GAP).any())


def without_gaps_in_numbers(ends: Numbers) -> Numbers:
    """The ends with each that is no number replaced by the one before it."""
    known = np.where(np.isnan(ends).any(axis=1), 0, np.arange(len(ends)))
    return ends[np.maximum.accumulate(known)]
