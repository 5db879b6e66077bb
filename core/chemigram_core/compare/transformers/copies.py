"""Finds added files that are copies of an unchanged file beside them."""

from __future__ import annotations

from dataclasses import replace

from chemigram_core.compare.item import DataAccess
from chemigram_core.compare.node import Action, DiffNode
from chemigram_core.compare.transformers.with_hash import content_of, with_hash

_NAME = "copies"


class CopyDetector:
    """An added child equal to identical siblings is a copy of the first of them."""

    name = _NAME

    def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
        """The node with copies in place of such children."""
        candidates = {Action.ADD, Action.IDENTICAL}
        if not candidates <= {child.action for child in node.children}:
            return node
        children = [with_hash(child, data, _NAME) if child.action in candidates else child for child in node.children]
        originals: dict[str, DiffNode] = {}
        for child in sorted(children, key=lambda child: child.path):
            if child.action is Action.IDENTICAL and (content := content_of(child)):
                originals.setdefault(content, child)
        copied = [_copied(child, originals) for child in children]
        if all(new is old for new, old in zip(copied, node.children, strict=True)):
            return node
        return node.with_children(copied)


def _copied(child: DiffNode, originals: dict[str, DiffNode]) -> DiffNode:
    original = originals.get(content_of(child) or "") if child.action is Action.ADD else None
    if original is None:
        return child
    return replace(
        child, action=Action.COPY, source_path=original.path, summary=f"Copied from {original.name}"
    ).transformed(_NAME)
