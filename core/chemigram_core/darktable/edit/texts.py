"""Metadata in darktable's own fields: titles, creators, ratings, labels. Knows no history and no tags.

Source: what darktable 4.2.1 and 5.4.1 write after they have read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from chemigram_core.darktable.edit.toolkit import DEFAULT
from chemigram_core.darktable.properties import COLOR_LABELS, RATING, VERSION_NAME
from chemigram_core.xmp.model import Array, ArrayKind, Localized, Properties, Value

_LABEL = "xmp:Label"
_COLOR_OF = MappingProxyType({"Red": "0", "Yellow": "1", "Green": "2", "Blue": "3", "Purple": "4"})
_NUMBER = re.compile(r" *([+-]?[0-9]{1,9})(?:\.0*)?", re.ASCII)
_EMPTY = Array("Bag", ())


def texts_read(properties: Properties) -> dict[str, Value]:
    """The properties as darktable reads them; unknown ones are kept. An empty text becomes an empty list."""
    read = dict(properties)
    for name in properties.keys() & _READERS.keys():
        read[name] = _READERS[name](properties[name])
    return read | _colors(properties) if properties.keys() & {COLOR_LABELS, _LABEL} else read


def _alternatives(value: Value) -> Value:
    if not isinstance(value, Array):
        return value
    items = [_stripped(item) for item in value.items]
    return Array(value.kind, tuple([item for item in items if not isinstance(item, Localized) or item.text]))


def _stripped(value: Value) -> Value:
    """Without spaces around it."""
    match value:
        case str():
            return value.strip(" ")
        case Localized(text, language):
            return Localized(text.strip(" "), language)
    return value


def _list(kind: ArrayKind, value: Value) -> Value:
    """A list of one has the type that darktable writes. A longer list is kept: darktable joins it into one name."""
    if not isinstance(value, Array) or len(value.items) != 1:
        return value
    text = _only_text(value.items[0])
    return value if text is None else Array(kind, (text,) if text else ())


def _text(value: Value) -> Value:
    """The one text that there is, in a list or without."""
    alone = value.items[0] if isinstance(value, Array) and len(value.items) == 1 else value
    text = _only_text(alone)
    return value if text is None else text or _EMPTY


def _only_text(value: Value) -> str | None:
    stripped = _stripped(value)
    if isinstance(stripped, Localized) and stripped.language == DEFAULT:
        return stripped.text
    return stripped if isinstance(stripped, str) else None


def _rating(value: Value) -> Value:
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return str(int(found[1])) if found else value


def _colors(properties: Properties) -> dict[str, Value]:
    """The color labels as a set; without any, the color of another program's label."""
    colors, label = properties.get(COLOR_LABELS, _EMPTY), properties.get(_LABEL)
    items = colors.items if isinstance(colors, Array) else (colors,)
    texts = {item for item in items if isinstance(item, str)}
    if not all(isinstance(item, str) for item in items):
        return {}
    if not texts and isinstance(label, str) and label in _COLOR_OF:
        texts = {_COLOR_OF[label]}
    return {COLOR_LABELS: Array("Seq", tuple(sorted(texts)))}


_READERS: Mapping[str, Callable[[Value], Value]] = MappingProxyType(
    {
        **dict.fromkeys(("dc:title", "dc:description", "dc:rights"), _alternatives),
        "dc:creator": partial(_list, "Seq"),
        "dc:publisher": partial(_list, "Bag"),
        **dict.fromkeys(("acdsee:notes", VERSION_NAME), _text),
        RATING: _rating,
    }
)
