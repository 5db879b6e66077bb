"""The lanes of a history that is drawn newest first: each runs from a state down to its parent. Draws nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass
class Lanes(Generic[Node]):
    """The lanes that run past a row, each with the node that it leads to; None for a lane that is free."""

    awaited: list[Node | None] = field(default_factory=list)

    def take(self, node: Node) -> list[int]:
        """The lanes that lead to a node, its own one first; a node that nothing leads to gets a free lane."""
        lanes = [lane for lane, awaited in enumerate(self.awaited) if awaited == node] or [self._free_lane()]
        self.awaited[lanes[0]] = node
        return lanes

    def lead(self, lane: int, node: Node | None) -> None:
        """Let a lane lead to another node from here on, or end."""
        self.awaited[lane] = node
        while self.awaited and self.awaited[-1] is None:
            self.awaited.pop()

    def _free_lane(self) -> int:
        if None not in self.awaited:
            self.awaited.append(None)
        return self.awaited.index(None)


def lane_of_each(newest_first: Iterable[tuple[Node, Node | None]], first: Node | None = None) -> dict[Node, int]:
    """The lane of each node, of (node, parent); that of `first`, and of what it came from, is lane 0."""
    lanes, found = Lanes[Node]([first] if first is not None else []), {}
    for node, parent in newest_first:
        found[node], *joining = lanes.take(node)
        for lane in joining:
            lanes.lead(lane, None)
        lanes.lead(found[node], parent)
    return found
