"""What darktable writes into an XMP for itself: it changes without an edit, and no person put it there.

BOOKKEEPING is the one table of it. What counts only in part (names of modules, tags, order, positions) is in edit.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from chemigram_core.darktable.properties import KEYWORDS, MULTI_NAME_HAND_EDITED, NUM, TAGS
from chemigram_core.xmp.model import Array, Properties, Value

BOOKKEEPING: Mapping[str, str] = MappingProxyType(
    {
        "darktable:import_timestamp": "new at every import, in every database",
        "darktable:change_timestamp": "new at every step of a slider, lost at the next import",
        "darktable:export_timestamp": "set by an export",
        "darktable:print_timestamp": "set by a print",
        "darktable:history_basic_hash": "derived from the history, differently by each version",
        "darktable:history_auto_hash": "derived from the history, differently by each version",
        "darktable:history_current_hash": "derived from the history, differently by each version",
        "darktable:xmp_version": "the shape of the file, not its content",
        "darktable:auto_presets_applied": "says that the first import is over",
        "darktable:raw_params": "flags of the database, which appear by themselves",
        NUM: "the place of an entry in its list says the same",
        MULTI_NAME_HAND_EDITED: "says whose a module's name is; added by 4.4, dropped by 4.2",
        "xmpMM:DerivedFrom": "the name that the image has in the database that wrote the file",
        "exif:DateTimeOriginal": "a copy from the image, in another format in each version",
    }
)

_AUTOMATIC = "darktable|"  # changed, exported, format|tif …


def peoples_tags(properties: Properties) -> dict[str, Value]:
    """TAGS and KEYWORDS without the tags that darktable sets by itself, where there are any left.

    A word stays when any other tag has it too, and where no automatic tag explains it.
    """
    tags, words = properties.get(TAGS), properties.get(KEYWORDS)
    automatic = {tag for tag in _items(tags) if isinstance(tag, str) and tag.startswith(_AUTOMATIC)}
    others = {tag for tag in _items(tags) if isinstance(tag, str)} - automatic
    explained = _words_of(automatic) - _words_of(others)
    return {**_without(TAGS, tags, automatic), **_without(KEYWORDS, words, explained)}


def _items(value: Value | None) -> Iterable[Value]:
    return value.items if isinstance(value, Array) else ()


def _words_of(tags: Iterable[str]) -> set[str]:
    return {word for tag in tags for word in tag.split("|")}


def _without(name: str, value: Value | None, dropped: set[str]) -> dict[str, Value]:
    if isinstance(value, Array):
        kept = [item for item in value.items if not (isinstance(item, str) and item in dropped)]
        return {name: Array(value.kind, tuple(kept))}
    return {} if value is None else {name: value}
