"""How much work the pixels of a line are, by its numbers alone, which anyone may have written. Knows no pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from chemigram_core.darktable.drawn.figures import Brush, Figure, Node, Path

MOST_EFFORT = 100.0  # some ten seconds
_OF_A_POINT, _OF_A_CROSSING = 0.1, 0.7  # beside the rays: points are computed, and those of a path compared


def effort(figure: Figure) -> float:
    """About the area that its rays go over, in squares of the frame's side; 0 for what is no line.

    At each node there may be a full turn of the border.
    """
    if isinstance(figure, Path):
        return _of_all([*figure.nodes, figure.nodes[0]], _OF_A_CROSSING)
    return _of_all(figure.nodes, 0.0) if isinstance(figure, Brush) else 0.0


def _of_all(nodes: Sequence[Node], of_length: float) -> float:
    return sum(_between(start, end, of_length) for start, end in pairwise(nodes))


def _between(start: Node, end: Node, of_length: float) -> float:
    line = sum(math.dist(*leg) for leg in pairwise((start.corner, start.after, end.before, end.corner)))
    border = max(map(abs, (*start.borders, *end.borders)))
    return line * of_length + (line + 2 * math.pi * border) * (border + _OF_A_POINT)
