"""Changes of all properties of an XMP except the history: rating, labels, tags, texts, and others. Knows no history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chemigram_core.compare.edit.changes import Change
from chemigram_core.compare.edit.values import as_json, both_in_words, quoted
from chemigram_core.compare.json_object import JsonValue
from chemigram_core.compare.node import Action
from chemigram_core.darktable.properties import (
    COLOR_LABELS,
    IOP_ORDER_LIST,
    IOP_ORDER_VERSION,
    KEYWORDS,
    RATING,
    TAGS,
    VERSION_NAME,
)
from chemigram_core.xmp import Array, Localized, Properties, Value
from chemigram_core.xmp.namespaces import name_of

_OTHER_PROGRAMS = "develop-settings"
_ORDERS = frozenset((IOP_ORDER_LIST, IOP_ORDER_VERSION))  # part of the edit, though beside the history
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
        RATING: "Rating",
    }
)
_DEVELOP = tuple(  # where other raw developers keep their settings: prefixes of property names
    name_of(f"{{{uri}}}")
    for uri in (
        "http://ns.adobe.com/camera-raw-settings/1.0/",  # Lightroom and Camera Raw
        "http://ns.adobe.com/camera-raw-saved-settings/1.0/",
        "http://ns.adobe.com/camera-raw-defaults/1.0/",
        "http://ns.adobe.com/camera-raw-embedded-lens-profile/1.0/",
        "http://www.bibblelabs.com/DigitalMasterFile/1.0/",  # AfterShot
        "http://ns.dxo.com/framework/1.0/",  # PhotoLab
        "http://ns.nikon.com/nine/1.0/",  # NX Studio
    )
)


def metadata_changes(left: Properties, right: Properties) -> Iterator[Change]:
    """One change for each property that differs; tags and keywords are reported together."""
    yield from _tags(left, right)
    for name in sorted((left.keys() | right.keys()) - {TAGS, KEYWORDS}):
        if left.get(name) != right.get(name):
            yield _property(name, left.get(name), right.get(name))


def _tags(left: Properties, right: Properties) -> Iterator[Change]:
    if all(left.get(name) == right.get(name) for name in (TAGS, KEYWORDS)):
        return
    before, after = _all_tags(left), _all_tags(right)
    added, removed = sorted(after - before), sorted(before - after)
    words = [f"added {', '.join(map(quoted, added))}"] if added else []
    words += [f"removed {', '.join(map(quoted, removed))}"] if removed else []
    details: dict[str, JsonValue] = {"added": list[JsonValue](added), "removed": list[JsonValue](removed)}
    summary = f"Tags: {'; '.join(words) or 'unchanged, but encoded differently'}"
    yield Change(Action.MODIFY, "metadata", "metadata/tags", summary, details)


def _all_tags(properties: Properties) -> set[str]:
    """The hierarchical tags, and those flat ones that are in no hierarchy."""
    tags = set(_texts(properties.get(TAGS)))
    words = {word for tag in tags for word in tag.split("|")}
    return tags | {word for word in _texts(properties.get(KEYWORDS)) if word not in words}


def _texts(value: Value | None) -> list[str]:
    """All texts in a list, or the single text."""
    match value:
        case str(text) | Localized(text):
            return [text]
        case Array(_, items):
            return [text for item in items for text in _texts(item)]
    return []


def _property(name: str, left: Value | None, right: Value | None) -> Change:
    action = Action.ADD if left is None else Action.REMOVE if right is None else Action.MODIFY
    before, after = both_in_words(name, left, right)
    details: dict[str, JsonValue] = {"property": name, "left": as_json(left), "right": as_json(right)}
    item_type = _item_type(name)
    return Change(action, item_type, f"{item_type}/{name}", f"{_NAMES.get(name, name)}: {before} → {after}", details)


def _item_type(name: str) -> str:
    if name in _ORDERS:
        return "order"
    return _OTHER_PROGRAMS if name.startswith(_DEVELOP) else "metadata"
