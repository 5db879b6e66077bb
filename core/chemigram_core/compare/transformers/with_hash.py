"""The hash of a node's file: from its details, or computed now and written back into them."""

from __future__ import annotations

from dataclasses import replace

from chemigram_core.compare.item import DataAccess
from chemigram_core.compare.node import Action, DiffNode
from chemigram_core.digest import Digest
from chemigram_core.errors import ChemigramError

_KEYS = {Action.ADD: "hash_right", Action.REMOVE: "hash_left", Action.IDENTICAL: "hash"}
_EMPTY = Digest.of(b"")


def with_hash(node: DiffNode, data: DataAccess, by: str) -> DiffNode:
    """An added, removed or identical node with its hash in `details`.

    The node itself when the hash is there; with a diagnostic when its file is a folder, gone or unreadable.
    """
    key = _KEYS[node.action]
    if key in node.details or node.source_items is None:
        return node
    try:
        digest = node.source_items.preferred.resolve_hash(data)
    except (OSError, ChemigramError) as unreadable:
        return replace(node, diagnostics=(*node.diagnostics, f"{by}: no hash ({unreadable})"))
    return node.with_details({key: digest}).transformed(by)


def content_of(node: DiffNode) -> str | None:
    """The hash of a node that `with_hash` returned; None if it is unknown or the file is empty."""
    digest = node.details.get(_KEYS[node.action])
    return digest if isinstance(digest, str) and digest != _EMPTY else None
