"""Points along a line of Bézier curves, each with the end of its border, as dense as darktable samples them.

Source: _path_points_recurs and _brush_points_recurs in darktable's src/develop/masks, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chemigram_core.darktable.drawn.raster.pixels import Numbers

Point: TypeAlias = tuple[float, float]
Parameters: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.intp]
_LEAST_STEP = 0.0001
_SOON = 0.00001  # a parameter at which a curve has a direction, even where its control point is its end
_SEGMENTS_AT_ONCE = 32
_LEAST_GAP = 1.0  # in pixels, between two ends of the border, that an arc fills


class Segment(NamedTuple):
    """One Bézier curve, in pixels of the frame, with the length of its border at both ends, signed by its side."""

    start: Point
    start_control: Point
    end_control: Point
    end: Point
    start_border: float
    end_border: float


class Sampled(NamedTuple):
    """Parameters, points and ends of the border along a segment, without its start and with its end twice.

    Neighbors are in the same pixel, both points and ends, or as near as the parameters get.
    """

    t: Parameters
    points: Numbers
    ends: Numbers


class Curves:
    """Segments, evaluated together; `precision` is that with which darktable computes their directions."""

    def __init__(self, segments: Sequence[Segment], precision: type[np.float32 | np.float64]) -> None:
        self._segments, self._precision, self._count = segments, precision, len(segments)
        self._corners = np.array([each[:4] for each in segments], np.float32).transpose(1, 2, 0)
        borders = np.array([each[4:] for each in segments], np.float64)
        self._border, self._widening = borders[:, 0].astype(np.float32), np.diff(borders)[:, 0].astype(np.float32)

    def starts_of_border(self) -> Numbers:
        """The end of each segment's border just behind its start."""
        return self._at(np.arange(self._count), np.full(self._count, _SOON))[2:].T

    def sampled(self) -> Iterator[Sampled]:
        """Each segment as dense as darktable samples it; only few at a time are in memory."""
        for at in range(0, len(self._segments), _SEGMENTS_AT_ONCE):
            yield from Curves(self._segments[at : at + _SEGMENTS_AT_ONCE], self._precision)._sampled()

    def _sampled(self) -> list[Sampled]:
        rows, t, places = (np.concatenate(each, axis=-1) for each in zip(*self._halved(), strict=True))
        order = np.argsort(rows + t, kind="stable")  # t is above 0, and 1 at most
        parts = np.searchsorted(rows.take(order), np.arange(1, self._count))
        t, points, ends = t.take(order), places[:2].take(order, axis=1), places[2:].take(order, axis=1)
        split = (np.split(each, parts) for each in (t, points.T.copy(), ends.T.copy()))
        return [Sampled(*each) for each in zip(*split, strict=True)]

    def _halved(self) -> Iterator[tuple[Rows, Parameters, Numbers]]:
        """Segments, parameters and places: of all ends, twice, and wherever an interval is halved.

        Intervals are halved until each is near enough, all of one width at once.
        """
        rows, low, width = np.arange(self._count), np.zeros(self._count), 1.0
        first, last = self._at(rows, low), self._at(rows, low + width)
        yield from [(rows, low + width, last)] * 2
        first, last = np.trunc(first), np.trunc(last)
        while rows.size and width >= _LEAST_STEP:
            far = np.flatnonzero((first != last).any(axis=0))  # always where one is no number
            rows, low, first, last = rows.take(far), low.take(far), first.take(far, axis=1), last.take(far, axis=1)
            width /= 2
            middle = low + width
            between = self._at(rows, middle)
            yield rows, middle, between
            between = np.trunc(between)
            rows, low = np.repeat(rows, 2), _in_turn(low, middle)
            first, last = _in_turn(first, between), _in_turn(between, last)

    def _at(self, rows: Rows, t: Parameters) -> Numbers:
        """The points at `t` of ascending segments, x above y, and below them the ends of their border.

        Without a direction, an end is not a number.
        """
        counts = np.bincount(rows, minlength=self._count)
        corners, border, widening = (
            np.repeat(each, counts, axis=-1) for each in (self._corners, self._border, self._widening)
        )
        points, directions = _points(corners, t.astype(np.float32)), _directions(corners, t.astype(self._precision))
        border += widening * (t * t * (3 - 2 * t)).astype(np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            length = 1 / np.sqrt(directions[0] ** 2 + directions[1] ** 2)
            ends = points + border * np.stack((directions[1], -directions[0])) * length
        return np.concatenate((points, ends.astype(np.float32, copy=False)))


def _points(corners: Numbers, t: Numbers) -> Numbers:
    rest: Numbers = 1 - t
    return _sum(corners, (rest * rest * rest, 3 * t * rest * rest, 3 * t * t * rest, t * t * t))


def _directions(corners: Numbers, t: NDArray[Any]) -> NDArray[Any]:
    rest = 1 - t
    squares = -3 * rest * rest, 3 * (rest * rest - 2 * t * rest), 3 * (2 * t * rest - t * t), 3 * t * t
    return _sum(corners.astype(t.dtype, copy=False), squares)


def _sum(corners: NDArray[Any], weights: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """In the order of the four points, since 32 bits round each sum."""
    found: NDArray[Any] = weights[0] * corners[0]
    for weight, corner in zip(weights[1:], corners[1:], strict=True):
        found += weight * corner
    return found


def _in_turn(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """One of the first, one of the second, and so on, along the last axis."""
    return np.stack((first, second), axis=-1).reshape(*first.shape[:-1], -1)


def arc(center: Numbers, first: Numbers, last: Numbers, *, rising: bool) -> Numbers:
    """The points between two ends of the border, around a corner, a pixel apart; `rising` is the sense of the angle."""
    (from_angle, from_radius), (to_angle, to_radius) = _polar(first - center), _polar(last - center)
    if rising and to_angle < from_angle:
        to_angle += 2 * np.pi
    if not rising and to_angle > from_angle:
        from_angle += 2 * np.pi
    return _along(center, (from_angle, to_angle), (from_radius, to_radius))


def short_arc(center: Numbers, first: Numbers, last: Numbers) -> Numbers:
    """As `arc`, in the shorter direction."""
    (from_angle, from_radius), (to_angle, to_radius) = _polar(first - center), _polar(last - center)
    turn = (to_angle - from_angle + np.pi) % (2 * np.pi) - np.pi
    return _along(center, (from_angle, from_angle + turn), (from_radius, to_radius))


def circle_from(center: Numbers, first: Numbers) -> Numbers:
    """A full circle around a corner, from one end of the border."""
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
    """The ends; each that is not a number is replaced by the one before it."""
    known = np.where(np.isnan(ends).any(axis=1), 0, np.arange(len(ends)))
    return ends[np.maximum.accumulate(known)]
