"""The result of a comparison: a tree of nodes. Knows no comparator and no output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from chemigram_core.compare.item import ItemPair
from chemigram_core.compare.json_object import JsonObject, JsonValue
from chemigram_core.errors import InvalidJson

CLERICAL = "clerical"  # the tag of changes without an effect on the picture


class Action(StrEnum):
    """The kind of change at a path."""

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
        """The same node with more details; existing ones are kept."""
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

    def to_json(self) -> dict[str, JsonValue]:
        """The node and all below it under the ADR's keys; what is empty is absent."""
        always: dict[str, JsonValue] = {"action": str(self.action), "item_type": self.item_type, "path": self.path}
        sometimes: dict[str, JsonValue] = {
            "source_path": self.source_path,
            "summary": self.summary,
            "tags": list[JsonValue](sorted(self.tags)),
            "details": dict(self.details),
            "children": [child.to_json() for child in self.children],
            "transformed_by": list[JsonValue](self.transformed_by),
        }
        return always | {key: value for key, value in sometimes.items() if value}

    @classmethod
    def from_json(cls, data: JsonValue) -> DiffNode:
        """The node that `to_json` wrote. Raises InvalidJson."""
        found = JsonObject.of("node", data)
        return cls(
            _action(found.text("action")),
            found.text("item_type"),
            found.text("path"),
            found.optional_text("source_path"),
            found.optional_text("summary") or "",
            frozenset(found.texts("tags")),
            found.object("details"),
            tuple(cls.from_json(child) for child in found.list("children")),
            found.texts("transformed_by"),
        )


@dataclass(frozen=True, slots=True)
class Changeset:
    """The changes from one thing to another, with the names of both. `root` is None if nothing changed."""

    from_name: str
    to_name: str
    root: DiffNode | None

    def to_json(self) -> dict[str, JsonValue]:
        """The whole changeset: `from`, `to` and `root`, which is None when nothing changed."""
        return {"from": self.from_name, "to": self.to_name, "root": None if self.root is None else self.root.to_json()}

    @classmethod
    def from_json(cls, data: JsonValue) -> Changeset:
        """The changeset that `to_json` wrote. Raises InvalidJson."""
        found = JsonObject.of("changeset", data)
        root = found.values.get("root")
        try:
            node = None if root is None else DiffNode.from_json(root)
        except RecursionError:
            raise InvalidJson("changeset", "it is nested too deep") from None
        return cls(found.text("from"), found.text("to"), node)


def action_of(pair: ItemPair) -> Action:
    """Added, removed, or (both sides there) modified."""
    if pair.left is None:
        return Action.ADD
    return Action.REMOVE if pair.right is None else Action.MODIFY


def _action(text: str) -> Action:
    try:
        return Action(text)
    except ValueError as error:
        raise InvalidJson("node", str(error)) from error
