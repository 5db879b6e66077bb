"""The graph of a history as a drawing: a point for each state, and a curve from each to its parent. Pure.

States are in columns of equal width, oldest first; lanes are rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chemigram_core.gallery.timeline import TimelineState

COLUMN_WIDTH = 152  # in CSS pixels, as in the style sheet
_LANE_HEIGHT = 20
_COLORS = 5  # in the style sheet


@dataclass(frozen=True, slots=True)
class Point:
    """A state's point; `color` numbers the colour of its lane."""

    x: int
    y: int
    color: int
    is_head: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """The edge from a state to its parent: an SVG path."""

    path: str
    color: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """The drawing; sizes are in CSS pixels."""

    width: int
    height: int
    points: Sequence[Point]
    curves: Sequence[Curve]


def history_line(states: Sequence[TimelineState]) -> HistoryLine:
    """The drawing of a timeline."""
    points = {state.digest: _point(column, state) for column, state in enumerate(states)}
    curves = [
        _curve(points[state.parent], points[state.digest])
        for state in states
        if state.parent is not None and state.parent in points
    ]
    lanes = 1 + max((state.lane for state in states), default=0)
    return HistoryLine(COLUMN_WIDTH * len(states), _LANE_HEIGHT * lanes, list(points.values()), curves)


def _point(column: int, state: TimelineState) -> Point:
    x, y = COLUMN_WIDTH * column + COLUMN_WIDTH // 2, _LANE_HEIGHT * state.lane + _LANE_HEIGHT // 2
    return Point(x, y, state.lane % _COLORS, state.is_head)


def _curve(parent: Point, child: Point) -> Curve:
    """It leaves the parent's lane at once, since the child's is free from there on."""
    if parent.y == child.y:
        return Curve(f"M{parent.x} {parent.y}H{child.x}", child.color)
    bend = COLUMN_WIDTH // 2
    middle, end = parent.x + bend // 2, parent.x + bend
    curve = f"C{middle} {parent.y} {middle} {child.y} {end} {child.y}"
    return Curve(f"M{parent.x} {parent.y}{curve}H{child.x}", child.color)
