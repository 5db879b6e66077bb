"""A value of an XMP in words: short where that distinguishes two values, precise where it doesn't."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.compare.json_object import JsonValue
from chemigram_core.darktable.properties import COLOR_LABELS, IOP_ORDER_LIST, IOP_ORDER_VERSION, RATING
from chemigram_core.xmp import Array, Localized, Reference, Struct, Value

NONE = "none"
_LONGEST = 80  # characters of a value in a sentence
_BEFORE = 20  # characters that lead to a difference
_MOST_ITEMS = 8  # of a list in a sentence
_ANY_LANGUAGE = "x-default"
_COLORS = MappingProxyType({"0": "red", "1": "yellow", "2": "green", "3": "blue", "4": "purple"})
_RATINGS = MappingProxyType({"-1": "rejected", **{str(stars): "★" * stars for stars in range(1, 6)}, "0": NONE})
_PIPES = MappingProxyType(
    {"0": "custom", "1": "legacy", "2": "v3.0 RAW", "3": "v3.0 JPEG", "4": "v5.0 RAW", "5": "v5.0 JPEG"}
)
_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {COLOR_LABELS: _COLORS, RATING: _RATINGS, IOP_ORDER_VERSION: _PIPES}
)
_KINDS = MappingProxyType({"Alt": "alternatives", "Bag": "unordered list", "Seq": "ordered list"})


def as_json(value: Value | None) -> JsonValue:
    """A value as plain data; None for an absent one."""
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


def both_in_words(name: str, left: Value | None, right: Value | None) -> tuple[str, str]:
    """Two values of the property `name` that differ, in words that differ."""
    short = _in_words(name, left), _in_words(name, right)
    return short if short[0] != short[1] else _around_difference(_precisely(left), _precisely(right))


def quoted(text: str) -> str:
    """A text in a sentence: on one line, and not all of a long one."""
    shortened = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f'"{" ".join(shortened.split())}"'


def _in_words(name: str, value: Value | None) -> str:
    match value:
        case None:
            return NONE
        case Array(_, items):
            words = [_in_words(name, item) for item in items[:_MOST_ITEMS]]
            return ", ".join(words if len(items) <= _MOST_ITEMS else [*words, f"… ({len(items)} in all)"]) or NONE
        case Localized(text, language):
            return quoted(text) if language == _ANY_LANGUAGE else f"{quoted(text)} ({quoted(language)[1:-1]})"
        case Reference(uri):
            return quoted(uri)
        case Struct():
            return "…"
    return _text_in_words(name, value)


def _text_in_words(name: str, text: str) -> str:
    if name == IOP_ORDER_LIST:
        return "custom"
    known = _WORDS.get(name, {})
    return known.get(text) or (text if text.lstrip("+-").isdecimal() else quoted(text))


def _precisely(value: Value | None) -> str:
    """A value in full; different for any two values that differ."""
    match value:
        case None:
            return NONE
        case Array(kind, items):
            return f"{_KINDS[kind]}: {', '.join(map(_precisely, items)) or NONE}"
        case Struct(fields):
            return f"{{{', '.join(f'{name}: {_precisely(fields[name])}' for name in sorted(fields))}}}"
        case Localized(text, language):
            return f"{_spelled(text)} ({_spelled(language)[1:-1]})"
        case Reference(uri):
            return f"link to {_spelled(uri)}"
    return _spelled(value)


def _spelled(text: str) -> str:
    """With escapes for invisible characters."""
    return json.dumps(text, ensure_ascii=False)


def _around_difference(left: str, right: str) -> tuple[str, str]:
    shorter = min(len(left), len(right))
    difference = next((at for at in range(shorter) if left[at] != right[at]), shorter)
    start = max(0, difference - _BEFORE)
    return _cut(left, start), _cut(right, start)


def _cut(text: str, start: int) -> str:
    end = start + _LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")
