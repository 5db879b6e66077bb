"""The lines of a history: which state came from which, drawn beside a list of them. Knows no repository."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass
class Lanes(Generic[Node]):
    """The branches that run past a row, each with the node that it waits for."""

    waiting: list[Node | None] = field(default_factory=list)

    def rows(self, newest_first: Iterable[tuple[Node, Node | None]]) -> Iterator[tuple[str, list[str]]]:
        """For each (node, parent): the drawing beside its row, and the rows above that join branches into it."""
        for node, parent in newest_first:
            mine = [lane for lane, awaited in enumerate(self.waiting) if awaited == node] or [self._free_lane()]
            joins = [self._join(mine[0], lane) for lane in mine[1:]]
            self.waiting[mine[0]] = node
            drawing = self._draw({mine[0]: "●"})
            self.waiting[mine[0]] = parent
            while self.waiting and self.waiting[-1] is None:
                self.waiting.pop()
            yield drawing, joins

    def _free_lane(self) -> int:
        if None not in self.waiting:
            self.waiting.append(None)
        return self.waiting.index(None)

    def _join(self, into: int, lane: int) -> str:
        drawing = self._draw({into: "├", lane: "╯"}, bridge=range(into, lane))
        self.waiting[lane] = None
        return drawing

    def _draw(self, marks: dict[int, str], bridge: range = range(0)) -> str:
        cells = (
            marks.get(lane) or ("│" if awaited is not None else "─" if lane in bridge else " ")
            for lane, awaited in enumerate(self.waiting)
        )
        return "".join(cell + ("─" if lane in bridge else " ") for lane, cell in enumerate(cells)).rstrip()
