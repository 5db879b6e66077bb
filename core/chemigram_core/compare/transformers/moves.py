"""Finds files that moved within a container: removed here, added there, with the same bytes."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace

from chemigram_core.compare.item import DataAccess
from chemigram_core.compare.node import Action, DiffNode
from chemigram_core.compare.transformers.with_hash import content_of, with_hash

_NAME = "moves"


class MoveDetector:
    """Pairs added and removed children of equal content, one to one in the order of their paths."""

    name = _NAME

    def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
        """The node with moves in place of such pairs; a move is where the file was added."""
        if not {Action.ADD, Action.REMOVE} <= {child.action for child in node.children}:
            return node
        candidates = {Action.ADD, Action.REMOVE}
        children = [with_hash(child, data, _NAME) if child.action in candidates else child for child in node.children]
        moves = _moves(children)
        if not moves and all(new is old for new, old in zip(children, node.children, strict=True)):
            return node
        sources = {move.source_path for move in moves.values()}
        return node.with_children(
            moves.get(child.path, child) if child.action is Action.ADD else child
            for child in children
            if not (child.action is Action.REMOVE and child.path in sources)
        )


def _moves(children: list[DiffNode]) -> dict[str, DiffNode]:
    """The moves by the path at which the file was added."""
    removed: defaultdict[str, deque[DiffNode]] = defaultdict(deque)
    ordered = sorted(children, key=lambda child: child.path)
    for child in ordered:
        if child.action is Action.REMOVE and (content := content_of(child)):
            removed[content].append(child)
    added = (child for child in ordered if child.action is Action.ADD)
    return {
        child.path: _moved(removed[content].popleft(), child)
        for child in added
        if (content := content_of(child)) and removed[content]
    }


def _moved(source: DiffNode, target: DiffNode) -> DiffNode:
    return replace(
        target,
        action=Action.MOVE,
        source_path=source.path,
        summary=f"Moved from {source.name}",
        details={**target.details, **source.details},
    ).transformed(_NAME)
