"""Strokes of a brush: rays to both sides of the line, and round ends.

Source: _brush_get_pts_border and _brush_get_mask_roi in darktable's src/develop/masks/brush.c, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest

import numpy as np

from chemigram_core.darktable.drawn.figures import Brush, Node
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.raster.curve import (
    Curves,
    Sampled,
    Segment,
    arc,
    circle_from,
    has_gap,
    short_arc,
    without_gaps_in_numbers,
)
from chemigram_core.darktable.drawn.raster.grid import placed
from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities
from chemigram_core.darktable.drawn.raster.rays import Canvas, rays_between

_CHANGE = 0.05  # of hardness or density, at which a stamp is set
_WIDER = 0.0001  # pixels, in the same way for a half circle
_JUMP = 2.0  # pixels between neighbors, which a short arc fills
_POINTS_AT_ONCE = 250_000
_FEWEST_FOR_ARCS = 3  # nodes


def brush(shape: Brush, raster: Raster) -> Opacities:
    """The mask of a stroke."""
    canvas = Canvas(raster.width, raster.height)
    if len(shape.nodes) > 1:
        _Stroke(shape, raster, canvas).go_around()
    return canvas.mask


class _Stroke:
    """Goes along the nodes and back on the other side; collects points, ends of the border, hardness and density.

    Whenever there are many of them, their rays are drawn, so that a long stroke takes no more memory.
    """

    def __init__(self, shape: Brush, raster: Raster, canvas: Canvas) -> None:
        self._nodes, self._size = shape.nodes, (raster.frame.width, raster.frame.height)
        self._side, self._raster, self._canvas = raster.frame.shorter_side, raster, canvas
        self._points, self._ends, self._payload = list[Numbers](), list[Numbers](), list[Numbers]()
        self._waiting = 0

    def go_around(self) -> None:
        back = self._nodes[::-1]
        self._go(self._nodes, [self._segment(a, b, b.before, a.after) for a, b in pairwise(self._nodes)])
        self._turn(self._nodes[-1])
        self._go(back, [self._segment(a, b, b.after, a.before) for a, b in pairwise(back)])
        if _changes(*self._nodes[:2]):
            self._stamp(self._nodes[0])
        self._turn(self._nodes[0])
        self._draw()

    def _segment(self, start: Node, end: Node, arriving: tuple[float, float], leaving: tuple[float, float]) -> Segment:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (
            (x * self._size[0], y * self._size[1]) for x, y in (start.corner, leaving, arriving, end.corner)
        )
        borders = start.borders[1] * self._side, end.borders[0] * self._side
        return Segment((x0, y0), (x1, y1), (x2, y2), (x3, y3), *borders)

    def _go(self, nodes: Sequence[Node], segments: Sequence[Segment]) -> None:
        curves = Curves(segments, np.float32)
        begins: Iterable[Numbers] = curves.starts_of_border()[1:] if len(self._nodes) >= _FEWEST_FOR_ARCS else []
        parts = zip(pairwise(nodes), segments, curves.sampled(), strict=True)
        for ((start, end), segment, part), begin in zip_longest(parts, begins):
            if self._points and _changes(start, end):
                self._stamp(start)
            if self._points and abs(segment.start_border - segment.end_border) > _WIDER:
                self._turn(start)
            self._follow(part, start, end)
            if begin is not None:
                self._fill_gap(begin, end)

    def _follow(self, part: Sampled, start: Node, end: Node) -> None:
        share = part.t.astype(np.float32)[:, np.newaxis]
        payload = _payload(start) + (_payload(end) - _payload(start)) * share
        ends = without_gaps_in_numbers(part.ends)
        jumps = np.flatnonzero((np.abs(np.diff(ends, axis=0)) > _JUMP).any(axis=1)) + 1
        for at in jumps.tolist():
            arced = short_arc(part.points[at], part.ends[at - 1], part.ends[at])
            self._add_arc(part.points[at], arced, payload[at])
        self._add(part.points, ends, payload)  # last, since what follows begins at its end

    def _fill_gap(self, begin: Numbers, node: Node) -> None:
        center, last = self._points[-1][-1], self._ends[-1][-1]
        if has_gap(last, begin):
            self._add_arc(center, arc(center, last, begin, rising=True), _payload(node))

    def _turn(self, node: Node) -> None:
        """A half circle to the other side."""
        center, last = self._points[-1][-1], self._ends[-1][-1]
        self._add_arc(center, arc(center, last, 2 * center - last, rising=True), _payload(node))

    def _stamp(self, node: Node) -> None:
        """A whole circle."""
        center, last = self._points[-1][-1], self._ends[-1][-1]
        self._add_arc(center, circle_from(center, last), _payload(node))

    def _add_arc(self, center: Numbers, ends: Numbers, payload: Numbers) -> None:
        self._add(np.broadcast_to(center, ends.shape), ends, np.broadcast_to(payload, ends.shape))

    def _add(self, points: Numbers, ends: Numbers, payload: Numbers) -> None:
        if len(points):
            self._points.append(points)
            self._ends.append(ends)
            self._payload.append(payload)
            self._waiting += len(points)
        if self._waiting > _POINTS_AT_ONCE:
            self._draw()

    def _draw(self) -> None:
        """All points so far; the last one stays, since the next ones follow it."""
        found = self._points, self._ends, self._payload
        points, ends, payload = (np.concatenate(each) for each in found)
        starts, ends = np.trunc(placed(points, self._raster)), placed(ends, self._raster)
        self._canvas.draw_strokes(rays_between(starts, ends, payload, self._canvas.size))
        for each in found:
            each[:] = [each[-1][-1:].copy()]
        self._waiting = 1


def _payload(node: Node) -> Numbers:
    return np.array((node.hardness, node.density), np.float32)


def _changes(start: Node, end: Node) -> bool:
    """Whether hardness or density differ so much that a stamp marks the change."""
    return max(abs(start.hardness - end.hardness), abs(start.density - end.density)) > _CHANGE
