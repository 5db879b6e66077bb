"""The user's tags: a set, without those that darktable sets by itself. Knows no other property."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chemigram_core.darktable.properties import KEYWORDS, TAGS
from chemigram_core.xmp.model import Array, Localized, Properties, Value

_AUTOMATIC = "darktable|"  # changed, exported, format|tif …


def tags_read(properties: Properties) -> dict[str, Value]:
    """TAGS and KEYWORDS as sets; KEYWORDS is empty if it only repeats TAGS.

    darktable derives the keywords from the tags: all their words, or the last one of each. Without tags the keywords
    are the tags. A list that has anything else than texts stays as it is.
    """
    if TAGS not in properties and KEYWORDS not in properties:
        return {}
    tags, words = _texts(properties.get(TAGS)), _texts(properties.get(KEYWORDS))
    if tags is None or words is None:
        return {}
    automatic = {tag for tag in tags if tag.startswith(_AUTOMATIC)}
    given = tags - automatic
    words -= _words(automatic) - _words(given)
    if not given:
        return {TAGS: _bag(words), KEYWORDS: _bag(())}
    derived = _last_words(given) <= words <= _words(given) or not words
    return {TAGS: _bag(given), KEYWORDS: _bag(() if derived else words)}


def _texts(value: Value | None) -> set[str] | None:
    """The items of a list of texts, or the one text without a list; None if it is neither."""
    match value:
        case None:
            return set()
        case str(text) | Localized(text):
            return {text} - {""}
        case Array(_, items):
            texts = {item for item in items if isinstance(item, str)}
            return texts if all(isinstance(item, str) for item in items) else None
    return None


def _words(tags: Iterable[str]) -> set[str]:
    return {word for tag in tags for word in tag.split("|") if word}


def _last_words(tags: Iterable[str]) -> set[str]:
    return {words[-1] for tag in tags if (words := [word for word in tag.split("|") if word])}


def _bag(texts: Collection[str]) -> Array:
    return Array("Bag", tuple(sorted(texts)))
