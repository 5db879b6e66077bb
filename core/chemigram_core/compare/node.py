"""What comparing finds: a tree of nodes. Knows nothing of how it is found or shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from chemigram_core.compare.item import ItemPair, JsonValue

CLERICAL = "clerical"  # the tag of what changed without a meaning for the picture


class Action(StrEnum):
    """What became of the thing at a path."""

    ADD = "add"
    REMOVE = "remove"
    MODIFY = "modify"
    MOVE = "move"
    COPY = "copy"
    REORDER = "reorder"
    IDENTICAL = "identical"


@dataclass(frozen=True, slots=True)
class DiffNode:
    """One thing that was compared. `source_items` and `diagnostics` are for transformers; no output shows them."""

    action: Action
    item_type: str
    path: str
    source_path: str | None = None
    summary: str = ""
    tags: frozenset[str] = frozenset()
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    children: tuple[DiffNode, ...] = ()
    transformed_by: tuple[str, ...] = ()
    source_items: ItemPair | None = None
    diagnostics: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def with_details(self, details: Mapping[str, JsonValue]) -> Self:
        """The same node, knowing more; what it knew already stays."""
        return replace(self, details={**details, **self.details})

    def with_children(self, children: Iterable[DiffNode]) -> Self:
        """The same node with these children, in the order of their paths."""
        return replace(self, children=tuple(sorted(children, key=lambda child: (child.path, child.action))))

    def transformed(self, by: str) -> Self:
        """The same node, marked as changed by a transformer."""
        return self if by in self.transformed_by else replace(self, transformed_by=(*self.transformed_by, by))

    def walk(self) -> Iterator[DiffNode]:
        """This node and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Changeset:
    """What changed between two things, called `from_name` and `to_name`; without a root nothing did."""

    from_name: str
    to_name: str
    root: DiffNode | None


def action_of(pair: ItemPair) -> Action:
    """Added, removed, or (both sides there) modified."""
    if pair.left is None:
        return Action.ADD
    return Action.REMOVE if pair.right is None else Action.MODIFY
