"""The graph beside a list of states: which came from which. Knows no repository."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass
class Lanes(Generic[Node]):
    """The lanes that run past a row, each with the node that it leads to."""

    awaited: list[Node | None] = field(default_factory=list)

    def rows(self, newest_first: Iterable[tuple[Node, Node | None]]) -> Iterator[tuple[str, list[str]]]:
        """For each (node, parent): the drawing beside its row, and the rows above it that join lanes into it."""
        for node, parent in newest_first:
            mine = [lane for lane, node_below in enumerate(self.awaited) if node_below == node] or [self._free_lane()]
            joins = [self._join(mine[0], lane) for lane in mine[1:]]
            self.awaited[mine[0]] = node
            drawing = self._draw({mine[0]: "●"})
            self.awaited[mine[0]] = parent
            while self.awaited and self.awaited[-1] is None:
                self.awaited.pop()
            yield drawing, joins

    def _free_lane(self) -> int:
        if None not in self.awaited:
            self.awaited.append(None)
        return self.awaited.index(None)

    def _join(self, into: int, lane: int) -> str:
        drawing = self._draw({into: "├", lane: "╯"}, bridge=range(into, lane))
        self.awaited[lane] = None
        return drawing

    def _draw(self, marks: dict[int, str], bridge: range = range(0)) -> str:
        cells = (
            marks.get(lane) or ("│" if node_below is not None else "─" if lane in bridge else " ")
            for lane, node_below in enumerate(self.awaited)
        )
        return "".join(cell + ("─" if lane in bridge else " ") for lane, cell in enumerate(cells)).rstrip()
