"""Compares containers of any kind, also of two different ones, by the names in them. Knows no kind itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from chemigram_core.compare.controller import Expand, Outcome, Skip, container_node
from chemigram_core.compare.item import DataAccess, ItemPair, ItemRef
from chemigram_core.compare.json_object import JsonValue

LEFT_OUT = "left-out"
MAX_DEPTH = 64  # folders within folders


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a container of the kind `item_type`; `left_out` maps skipped paths to reasons."""

    item_type: str
    items: Sequence[ItemRef]
    left_out: Mapping[str, str] = field(default_factory=dict)


class Lister(Protocol):
    """Knows one kind of container."""

    def lists(self, item: ItemRef) -> bool:
        """Whether the item looks like such a container."""
        ...

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        """Its content; None when it turns out not to be such a container. Raises OSError, StoreFailed."""
        ...


class ContainerComparator:
    """Expands containers into pairs of the same name and sort."""

    def __init__(self, listers: Sequence[Lister]) -> None:
        self._listers = listers

    def matches(self, pair: ItemPair) -> bool:
        """Containers on both sides; a single side only when it is a folder, for an archive is also a file."""
        whole = len(pair.sides) == 2 or pair.preferred.is_directory
        return whole and all(self._lister(item) for item in pair.sides)

    def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
        """The pairs in it; Skip when one side turns out not to be a container."""
        left, right = self._listing(pair.left, data), self._listing(pair.right, data)
        if left is None or right is None:
            return Skip()
        node = container_node(pair, right.item_type or left.item_type)
        if left_out := {**left.left_out, **right.left_out}:
            reasons: dict[str, JsonValue] = dict(sorted(left_out.items()))
            node = replace(node, tags=frozenset({LEFT_OUT}), details={"left_out": reasons})
        return Expand(node, paired(left.items, right.items))

    def _lister(self, item: ItemRef) -> Lister | None:
        return next((lister for lister in self._listers if lister.lists(item)), None)

    def _listing(self, item: ItemRef | None, data: DataAccess) -> Listing | None:
        if item is None:
            return Listing("", ())
        lister = self._lister(item)
        return lister.listing(item, data) if lister else None


def paired(left: Sequence[ItemRef], right: Sequence[ItemRef]) -> list[ItemPair]:
    """Items of two containers joined by name; a folder and a file of one name are two pairs."""
    lefts = {(item.name, item.is_directory): item for item in left}
    rights = {(item.name, item.is_directory): item for item in right}
    return [ItemPair(lefts.get(key), rights.get(key)) for key in sorted(lefts.keys() | rights.keys())]
