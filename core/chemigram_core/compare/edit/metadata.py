"""What became of all that an XMP says beside its history: rating, labels, tags, texts, anything. Knows no history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chemigram_core.compare.edit.changes import Change
from chemigram_core.compare.json_object import JsonValue
from chemigram_core.compare.node import Action
from chemigram_core.darktable.properties import (
    COLOR_LABELS,
    IOP_ORDER_LIST,
    IOP_ORDER_VERSION,
    KEYWORDS,
    TAGS,
    VERSION_NAME,
)
from chemigram_core.xmp import Array, Localized, Properties, Reference, Struct, Value

_RATING = "xmp:Rating"
_ORDERS = frozenset((IOP_ORDER_LIST, IOP_ORDER_VERSION))  # part of the edit, though beside the history
_NONE = "none"
_LONGEST = 80  # characters of a value in a sentence
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "acdsee:notes": "Notes",
        COLOR_LABELS: "Color labels",
        "darktable:harmony_guide_rotation": "Rotation of the color harmony guide",
        "darktable:harmony_guide_type": "Color harmony guide",
        "darktable:harmony_guide_width": "Width of the color harmony guide",
        IOP_ORDER_LIST: "Order of the modules",
        IOP_ORDER_VERSION: "Order of the pixel pipe",
        VERSION_NAME: "Version name",
        "dc:creator": "Creator",
        "dc:description": "Description",
        "dc:publisher": "Publisher",
        "dc:rights": "Rights",
        "dc:title": "Title",
        "exif:GPSAltitude": "Altitude",
        "exif:GPSLatitude": "Latitude",
        "exif:GPSLongitude": "Longitude",
        "xmp:Label": "Label",
        _RATING: "Rating",
    }
)
_COLORS = MappingProxyType({"0": "red", "1": "yellow", "2": "green", "3": "blue", "4": "purple"})
_RATINGS = MappingProxyType({"-1": "rejected", **{str(stars): "★" * stars for stars in range(1, 6)}, "0": _NONE})
_PIPES = MappingProxyType(
    {"0": "custom", "1": "legacy", "2": "v3.0 RAW", "3": "v3.0 JPEG", "4": "v5.0 RAW", "5": "v5.0 JPEG"}
)
_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {COLOR_LABELS: _COLORS, _RATING: _RATINGS, IOP_ORDER_VERSION: _PIPES}
)


def metadata_changes(left: Properties, right: Properties) -> Iterator[Change]:
    """One change for each property that differs; tags and keywords are one thing."""
    yield from _tags(left, right)
    for name in sorted((left.keys() | right.keys()) - {TAGS, KEYWORDS}):
        if left.get(name) != right.get(name):
            yield _property(name, left.get(name), right.get(name))


def as_json(value: Value | None) -> JsonValue:
    """A value of an XMP as plain data; None for an absent one."""
    match value:
        case Array(_, items):
            return [as_json(item) for item in items]
        case Struct(fields):
            return {name: as_json(fields[name]) for name in sorted(fields)}
        case Localized(text, language):
            return {"language": language, "text": text}
        case Reference(uri):
            return {"uri": uri}
    return value


def in_words(name: str, value: Value | None) -> str:
    """A value for a sentence."""
    match value:
        case None:
            return _NONE
        case Array(_, items):
            return ", ".join(in_words(name, item) for item in items) or _NONE
        case Localized(text, _) | Reference(text):
            return _quoted(text)
        case Struct():
            return "…"
    return _text_in_words(name, value)


def _text_in_words(name: str, text: str) -> str:
    if name == IOP_ORDER_LIST:
        return "custom"
    known = _WORDS.get(name, {})
    return known.get(text) or (text if text.lstrip("+-").isdecimal() else _quoted(text))


def _tags(left: Properties, right: Properties) -> Iterator[Change]:
    if all(left.get(name) == right.get(name) for name in (TAGS, KEYWORDS)):
        return
    before, after = _all_tags(left), _all_tags(right)
    added, removed = sorted(after - before), sorted(before - after)
    words = [f"added {', '.join(map(_quoted, added))}"] if added else []
    words += [f"removed {', '.join(map(_quoted, removed))}"] if removed else []
    details: dict[str, JsonValue] = {"added": list[JsonValue](added), "removed": list[JsonValue](removed)}
    summary = f"Tags: {'; '.join(words) or 'the same ones, noted in another way'}"
    yield Change(Action.MODIFY, "metadata", "metadata/tags", summary, details)


def _all_tags(properties: Properties) -> set[str]:
    """The hierarchical tags, and those flat ones that are in no hierarchy."""
    tags = set(_texts(properties.get(TAGS)))
    words = {word for tag in tags for word in tag.split("|")}
    return tags | {word for word in _texts(properties.get(KEYWORDS)) if word not in words}


def _texts(value: Value | None) -> list[str]:
    """All texts in a list, or the one that stands without."""
    match value:
        case str(text) | Localized(text):
            return [text]
        case Array(_, items):
            return [text for item in items for text in _texts(item)]
    return []


def _property(name: str, left: Value | None, right: Value | None) -> Change:
    action = Action.ADD if left is None else Action.REMOVE if right is None else Action.MODIFY
    before, after = in_words(name, left), in_words(name, right)
    change = f"{before} → {after}" if before != after else "changed"
    details: dict[str, JsonValue] = {"property": name, "left": as_json(left), "right": as_json(right)}
    item_type = "order" if name in _ORDERS else "metadata"
    return Change(action, item_type, f"{item_type}/{name}", f"{_NAMES.get(name, name)}: {change}", details)


def _quoted(text: str) -> str:
    shortened = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f'"{" ".join(shortened.split())}"'
