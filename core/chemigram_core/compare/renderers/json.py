"""A changeset as JSON: the canonical, stable form, for programs. Leaves nothing out but what is empty."""

from __future__ import annotations

import json

from chemigram_core.compare.item import JsonValue
from chemigram_core.compare.node import Changeset, DiffNode


def as_json(changeset: Changeset) -> str:
    """The changeset as text: keys sorted, two spaces of indent, a line feed at the end."""
    return json.dumps(as_data(changeset), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def as_data(changeset: Changeset) -> dict[str, JsonValue]:
    """The changeset as plain data; `root` is None when nothing changed."""
    root = None if changeset.root is None else _node(changeset.root)
    return {"from": changeset.from_name, "to": changeset.to_name, "root": root}


def _node(node: DiffNode) -> dict[str, JsonValue]:
    always: dict[str, JsonValue] = {"action": str(node.action), "item_type": node.item_type, "path": node.path}
    sometimes: dict[str, JsonValue] = {
        "source_path": node.source_path,
        "summary": node.summary,
        "tags": list[JsonValue](sorted(node.tags)),
        "details": dict(node.details),
        "children": [_node(child) for child in node.children],
        "transformed_by": list[JsonValue](node.transformed_by),
    }
    return always | {key: value for key, value in sometimes.items() if value}
