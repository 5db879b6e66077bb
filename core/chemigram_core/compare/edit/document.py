"""The differences between two XMPs: the edit, the metadata, and, separately, bookkeeping. Knows no files.

The edit identity defines what bookkeeping is; this module only describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chemigram_core.compare.edit.changes import Change
from chemigram_core.compare.edit.history import history_changes
from chemigram_core.compare.edit.metadata import metadata_changes
from chemigram_core.compare.json_object import JsonValue
from chemigram_core.compare.node import CLERICAL, Action
from chemigram_core.darktable.edit import identity_of
from chemigram_core.darktable.properties import HISTORY_TRIO, TAG_LISTS
from chemigram_core.sidecar import Document, note_names
from chemigram_core.xmp import Properties
from chemigram_core.xmp.model import Array, Packet, Value

_BOOKKEEPING: Mapping[str, str] = MappingProxyType(
    {
        "_timestamp": "timestamps",
        "_hash": "derived hashes",
        "Subject": "automatic tags",
        "subject": "automatic tags",
        "DerivedFrom": "the name of the image file",
        "DateTimeOriginal": "the time of the image",
        "xmp_version": "the version of the format",
        "iop_order_list": "the order of modules that are not in use",
    }
)
_KIND_OF_LIST = "the kind of a list"
_OTHERWISE = "the encoding"


def document_changes(left: Document, right: Document) -> list[Change]:
    """Every difference of two documents that are not the same, the most important first."""
    before, after = identity_of(left.edit).properties, identity_of(right.edit).properties
    changes: list[Change] = []
    if before != after:
        changes += _history(left.edit, right.edit, before, after)
        changes += metadata_changes(_beside_history(before), _beside_history(after))
        changes += _note(left, right)
    substantive = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    for one_thing in (HISTORY_TRIO, TAG_LISTS):
        if substantive & one_thing:
            substantive |= one_thing
    return [*changes, *_bookkeeping(left, right, substantive)]


def _history(left: Packet, right: Packet, before: Properties, after: Properties) -> list[Change]:
    changes = history_changes(left.properties, right.properties)
    if not changes and any(before.get(name) != after.get(name) for name in HISTORY_TRIO):
        summary = "Earlier or undone history steps differ; the effective edit is the same"
        changes.append(Change(Action.MODIFY, "history", "history", summary))
    return changes


def _beside_history(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name not in HISTORY_TRIO and name != note_names.NOTE}


def _note(left: Document, right: Document) -> Iterator[Change]:
    """Masks by name only: a state has their pictures beside the XMP."""
    added, removed = right.masks.keys() - left.masks.keys(), left.masks.keys() - right.masks.keys()
    changed = {name for name in left.masks.keys() & right.masks.keys() if left.masks[name] != right.masks[name]}
    named = (("added", added), ("removed", removed), ("changed", changed))
    words = [f"{word} {', '.join(sorted(names))}" for word, names in named if names]
    if words:
        yield Change(Action.MODIFY, "mask-note", "masks", f"Masks: {'; '.join(words)}")


def _bookkeeping(left: Document, right: Document, substantive: set[str]) -> Iterator[Change]:
    """One change for all that differs in the files but not in the edits."""
    names = {
        name
        for name in left.properties.keys() | right.properties.keys()
        if name not in substantive and left.properties.get(name) != right.properties.get(name)
    }
    if left.packet.about != right.packet.about:
        names.add("rdf:about")
    if not names:
        return
    pairs = {name: (left.properties.get(name), right.properties.get(name)) for name in sorted(names)}
    words = dict.fromkeys(_in_words(name, *pair) for name, pair in pairs.items())
    summary = ", ".join(sorted(words, key=_OTHERWISE.__eq__))
    details: dict[str, JsonValue] = {"properties": list[JsonValue](sorted(names))}
    yield Change(Action.MODIFY, "bookkeeping", "bookkeeping", summary, details, frozenset({CLERICAL}))


def _in_words(name: str, before: Value | None, after: Value | None) -> str:
    if isinstance(before, Array) and isinstance(after, Array) and before.items == after.items:
        return _KIND_OF_LIST
    return next((words for ending, words in _BOOKKEEPING.items() if name.endswith(ending)), _OTHERWISE)
