"""Compares bytes: the last resort, for items that no other comparator accepts."""

from __future__ import annotations

from chemigram_core.compare.controller import Identical, Leaf, Outcome
from chemigram_core.compare.item import DataAccess, ItemPair
from chemigram_core.compare.node import Action, DiffNode, action_of

ITEM_TYPE = "binary"


class BinaryComparator:
    """The catch-all for files."""

    def matches(self, pair: ItemPair) -> bool:
        """Every file."""
        return not any(item.is_directory for item in pair.sides)

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        """Identical by hash, or changed with the true sizes. Raises OSError, StoreFailed."""
        if pair.left is None or pair.right is None:
            return one_sided(pair, ITEM_TYPE)
        left, right = pair.left.resolve_hash(data), pair.right.resolve_hash(data)
        if left == right:
            return Identical(ITEM_TYPE, {"hash": left})
        sizes = (pair.left.resolve_size(data), pair.right.resolve_size(data))
        node = DiffNode(
            Action.MODIFY,
            ITEM_TYPE,
            pair.path,
            summary=f"Content changed ({sizes[0]} bytes → {sizes[1]} bytes)",
            details={"hash_left": left, "hash_right": right, "size_left": sizes[0], "size_right": sizes[1]},
        )
        return Leaf(node)


def one_sided(pair: ItemPair, item_type: str) -> Leaf:
    """A file that was added or removed; nothing needs to be read."""
    action = action_of(pair)
    return Leaf(DiffNode(action, item_type, pair.path, summary="Added" if action is Action.ADD else "Removed"))
