"""Paths: opaque inside, with an opacity that falls along the border around them.

Source: _path_get_pts_border and _path_get_mask_roi in darktable's src/develop/masks/path.c, by comparing exports.
"""

from __future__ import annotations

import numpy as np

from chemigram_core.darktable.drawn.figures import Node, Path
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.raster.crossings import without_loops
from chemigram_core.darktable.drawn.raster.curve import Curves, Segment, arc, has_gap, without_gaps_in_numbers
from chemigram_core.darktable.drawn.raster.fill import fill
from chemigram_core.darktable.drawn.raster.grid import placed
from chemigram_core.darktable.drawn.raster.pixels import Numbers, Opacities
from chemigram_core.darktable.drawn.raster.rays import Canvas, rays_between

_LOOPS_FOR_EACH_NODE = 4


def path(shape: Path, raster: Raster) -> Opacities:
    """The mask of a path."""
    points, ends = _outline(shape, raster)
    ends = without_loops(ends, _LOOPS_FOR_EACH_NODE * len(shape.nodes))
    points, ends = placed(points, raster), placed(ends, raster)
    canvas = Canvas(raster.width, raster.height)
    fill(canvas.mask, points)
    starts = np.stack((np.floor(points[:, 0] + np.float32(0.5)), np.ceil(points[:, 1])), axis=1)
    canvas.draw_falling(rays_between(starts, ends, np.ones_like(starts), canvas.size))
    return canvas.mask


def _outline(shape: Path, raster: Raster) -> tuple[Numbers, Numbers]:
    """Its points and the ends of its border, with arcs around sharp corners."""
    curves = Curves(_segments(shape, raster), np.float64)
    rising = _side(shape.nodes) > 0
    points, ends = list[Numbers](), list[Numbers]()
    for part, begin in zip(curves.sampled(), np.roll(curves.starts_of_border(), -1, axis=0), strict=True):
        points.append(part.points)
        ends.append(without_gaps_in_numbers(part.ends))
        if has_gap(ends[-1][-1], begin):
            ends.append(arc(part.points[-1], ends[-1][-1], begin, rising=rising))
            points.append(np.broadcast_to(part.points[-1], ends[-1].shape))
    outline, border = np.concatenate(points), np.concatenate(ends)
    return outline, np.where(np.isnan(border), outline, border)  # a line of one point has no direction


def _segments(shape: Path, raster: Raster) -> list[Segment]:
    size, side = (raster.frame.width, raster.frame.height), _side(shape.nodes) * raster.frame.shorter_side
    return [
        Segment(
            start=(node.corner[0] * size[0], node.corner[1] * size[1]),
            start_control=(node.after[0] * size[0], node.after[1] * size[1]),
            end_control=(following.before[0] * size[0], following.before[1] * size[1]),
            end=(following.corner[0] * size[0], following.corner[1] * size[1]),
            start_border=node.borders[1] * side,
            end_border=following.borders[0] * side,
        )
        for node, following in zip(shape.nodes, [*shape.nodes[1:], shape.nodes[0]], strict=True)
    ]


def _side(nodes: tuple[Node, ...]) -> int:
    """On which side of the line the outside is: 1 or -1, by the sense in which the corners go around."""
    pairs = zip(nodes, [*nodes[1:], nodes[0]], strict=True)
    area = sum((b.corner[0] - a.corner[0]) * (b.corner[1] + a.corner[1]) for a, b in pairs)
    return 1 if area < 0 else -1
