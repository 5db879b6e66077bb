"""Compares a pair of items with comparators, then transformers. Knows no kind of item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias, assert_never

from chemigram_core.compare.item import DataAccess, ItemPair, ItemRef
from chemigram_core.compare.json_object import JsonValue
from chemigram_core.compare.node import Action, Changeset, DiffNode, action_of
from chemigram_core.errors import Incomparable


@dataclass(frozen=True, slots=True)
class Skip:
    """The comparator can't judge this pair after all: the next one is asked."""


@dataclass(frozen=True, slots=True)
class Identical:
    """Both sides are the same; `details` is what was computed on the way."""

    item_type: str
    details: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A complete answer; the node may have children made by the comparator."""

    node: DiffNode


@dataclass(frozen=True, slots=True)
class Expand:
    """A container: its node without children, and the pairs in it."""

    node: DiffNode
    pairs: Sequence[ItemPair]


Outcome: TypeAlias = Skip | Identical | Leaf | Expand


class Comparator(Protocol):
    """Knows one kind of item."""

    def matches(self, pair: ItemPair) -> bool:
        """Whether it can judge the pair, according to names and hints."""
        ...

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        """Its judgement."""
        ...


class Transformer(Protocol):
    """Finds what single comparisons can't find, such as a file that moved."""

    @property
    def name(self) -> str:
        """Its name in `transformed_by`."""
        ...

    def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
        """The transformed node, whose children are already transformed; the same object if nothing changes."""
        ...


class Controller:
    """The engine: comparators in the order in which they are asked, transformers in the order in which they run."""

    def __init__(
        self, comparators: Sequence[Comparator], transformers: Sequence[Transformer], data: DataAccess
    ) -> None:
        self._comparators = comparators
        self._transformers = transformers
        self._data = data

    def changeset(self, left: ItemRef, right: ItemRef, names: tuple[str, str]) -> Changeset:
        """What changed from `left` to `right`. Raises Incomparable, StoreFailed, OSError."""
        return Changeset(*names, pruned(self.full_tree(ItemPair(left, right))))

    def full_tree(self, pair: ItemPair) -> DiffNode:
        """The tree with identical nodes in it. Raises as `changeset`."""
        tree = self._compared(pair)
        for transformer in self._transformers:
            tree = self._transformed(tree, transformer)
        return tree

    def _compared(self, pair: ItemPair) -> DiffNode:
        node = self._judged(pair)
        return replace(node.with_details(_known_hashes(pair)), source_items=pair)

    def _judged(self, pair: ItemPair) -> DiffNode:
        if not pair.preferred.is_directory and pair.matching_content_hash is not None:
            return DiffNode(Action.IDENTICAL, "file", pair.path)
        for outcome in self._outcomes(pair):
            match outcome:
                case Skip():
                    continue
                case Identical(item_type, details):
                    return DiffNode(Action.IDENTICAL, item_type, pair.path, details=details)
                case Leaf(node):
                    return node
                case Expand(node, pairs):
                    return node.with_children(map(self._compared, pairs))
                case _:
                    assert_never(outcome)
        raise Incomparable(*("a folder" if item.is_directory else "a file" for item in pair.sides))

    def _outcomes(self, pair: ItemPair) -> Iterable[Outcome]:
        return (comparator.compare(pair, self._data) for comparator in self._comparators if comparator.matches(pair))

    def _transformed(self, node: DiffNode, transformer: Transformer) -> DiffNode:
        children = [self._transformed(child, transformer) for child in node.children]
        if any(new is not old for new, old in zip(children, node.children, strict=True)):
            node = node.with_children(children)
        result = transformer.transform(node, self._data)
        return result if result is node else result.transformed(transformer.name)


def pruned(node: DiffNode) -> DiffNode | None:
    """The tree without identical nodes, and without containers that have nothing to say (leaves have a summary)."""
    if node.action is Action.IDENTICAL:
        return None
    children = tuple(kept for child in node.children if (kept := pruned(child)) is not None)
    if not (children or node.details or node.tags or node.summary):
        return None
    return replace(node, children=children)


def container_node(pair: ItemPair, item_type: str) -> DiffNode:
    """The node of a container whose content has not been compared yet."""
    return DiffNode(action_of(pair), item_type, pair.path)


def _known_hashes(pair: ItemPair) -> dict[str, JsonValue]:
    if (both := pair.matching_content_hash) is not None:
        return {"hash": both}
    sides = {"hash_left": pair.left, "hash_right": pair.right}
    return {key: item.content_hash for key, item in sides.items() if item is not None and item.content_hash is not None}
