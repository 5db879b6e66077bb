"""The graph drawn beside a list of states, from parent to child. Knows no repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic

from chemigram_core.log.lanes import Lanes, Node


class Graph(Generic[Node]):
    """The lines of the drawing, row by row."""

    def __init__(self) -> None:
        self._lanes: Lanes[Node] = Lanes()

    def rows(self, newest_first: Iterable[tuple[Node, Node | None]]) -> Iterator[tuple[str, list[str]]]:
        """For each (node, parent): the drawing beside its row, and the rows above it that join lanes into it."""
        for node, parent in newest_first:
            mine, *joining = self._lanes.take(node)
            joins = [self._join(mine, lane) for lane in joining]
            drawing = self._draw({mine: "●"})
            self._lanes.lead(mine, parent)
            yield drawing, joins

    def _join(self, into: int, lane: int) -> str:
        drawing = self._draw({into: "├", lane: "╯"}, bridge=range(into, lane))
        self._lanes.lead(lane, None)
        return drawing

    def _draw(self, marks: dict[int, str], bridge: range = range(0)) -> str:
        cells = (
            marks.get(lane) or ("│" if node_below is not None else "─" if lane in bridge else " ")
            for lane, node_below in enumerate(self._lanes.awaited)
        )
        return "".join(cell + ("─" if lane in bridge else " ") for lane, cell in enumerate(cells)).rstrip()
