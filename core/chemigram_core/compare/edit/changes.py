"""One statement about an edit, before it becomes a node of a comparison. Knows no history and no output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chemigram_core.compare.json_object import JsonValue
from chemigram_core.compare.node import Action

HISTORY_LOST = "history-lost"


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one thing in an XMP; `place` is its path below the file."""

    action: Action
    item_type: str
    place: str
    summary: str
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
