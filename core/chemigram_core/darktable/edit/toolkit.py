"""Normalizes properties like the XMP toolkit in exiv2 when it reads them. Knows no property of darktable.

Source: what exiv2 0.27.6 and 0.28.8 write after they have read; the toolkit calls it touching up the data model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from chemigram_core.xmp.model import Array, ArrayKind, Localized, Properties, Reference, Struct, Value
from chemigram_core.xmp.namespaces import name_of

DEFAULT = "x-default"
_REPAIRED = "x-repair"  # the language that the toolkit gives to a text without one
_INSTANCE_ID, _COPYRIGHT, _RIGHTS = "xmpMM:InstanceID", "xmpDM:copyright", "dc:rights"
_EMPTY_LINE = "\n\n"
_OF_LANGUAGES = frozenset(("dc:description", _RIGHTS, "dc:title", "exif:UserComment"))
_REPAIRED_LISTS = _OF_LANGUAGES | {"xmpRights:UsageTerms"}
_LISTS: Mapping[str, ArrayKind] = MappingProxyType(
    {
        "dc:contributor": "Bag",
        "dc:creator": "Seq",
        "dc:date": "Seq",
        "dc:language": "Bag",
        "dc:publisher": "Bag",
        "dc:relation": "Bag",
        "dc:subject": "Bag",
        "dc:type": "Bag",
    }
)
_FORMS = _REPAIRED_LISTS | _LISTS.keys()
_UUID = re.compile(r"uuid:.*|[0-9a-z]{8}[0-9a-z-](?:[0-9a-z]{4}[0-9a-z-]){3}[0-9a-z]{12}", re.ASCII | re.DOTALL)


def toolkit_read(about: str, properties: Properties) -> dict[str, Value]:
    """The properties as the toolkit returns them to a program."""
    read = _read(properties)
    for name in read.keys() & _FORMS:
        read[name] = _in_its_form(name, read[name])
    if about and _UUID.fullmatch(about):
        read[_INSTANCE_ID] = about
    return _with_copyright(read) if _COPYRIGHT in read else read


def _read(fields: Properties) -> dict[str, Value]:
    """exiv2 ends the URI of every namespace with / or #, and writes references as texts."""
    read = {name: value if isinstance(value, str) else _value(value) for name, value in fields.items()}
    for name in fields:
        if name[0] == "{" and (slashed := _slashed(name)) not in fields:
            read[slashed] = read.pop(name)
    return read


def _slashed(name: str) -> str:
    uri, _, local = name[1:].rpartition("}")
    return name if uri.endswith(("/", "#")) else name_of(f"{{{uri}/}}{local}")


def _value(value: Value) -> Value:
    match value:
        case Reference(uri):
            return uri
        case Localized(text, language):
            return Localized(text, _language(language))
        case Struct(fields):
            return Struct(_read(fields))
        case Array(kind, items):
            return _array(kind, [_value(item) for item in items])
    return value


def _language(tag: str) -> str:
    """In lower case, but for a country of two letters."""
    first, *rest = tag.lower().split("-")
    country = [part.upper() if len(part) == 2 else part for part in rest[:1]]
    return "-".join([first, *country, *rest[1:]])


def _array(kind: ArrayKind, items: list[Value]) -> Array:
    """Empty texts in a list have no meaning; translations of a text have no order."""
    if all(isinstance(item, str) for item in items):
        return Array(kind, tuple([item for item in items if item]))
    localized = [item for item in items if isinstance(item, Localized)]
    return _alternatives(localized) if kind == "Alt" and len(localized) == len(items) else Array(kind, tuple(items))


def _alternatives(texts: Iterable[Localized]) -> Array:
    said: list[Localized] = sorted([text for text in texts if text.text], key=lambda text: text.language)
    return Array("Alt", tuple(said))


def _in_its_form(name: str, value: Value) -> Value:
    """A text in place of a list becomes a list of one, an empty text an empty list."""
    if name in _LISTS and isinstance(value, str | Localized):
        return Array(_LISTS[name], (value,) if _text(value) else ())
    if name in _OF_LANGUAGES and isinstance(value, str | Localized):
        return _alternatives([_localized(value, DEFAULT)])
    if name in _REPAIRED_LISTS and isinstance(value, Array):
        texts = [item for item in value.items if isinstance(item, str | Localized)]
        return _repaired(texts) if len(texts) == len(value.items) else value
    return value


def _repaired(items: list[str | Localized]) -> Array:
    """A single text needs no language: darktable takes it as the default one."""
    texts = [_localized(item, _REPAIRED) for item in items if _text(item)]
    if [text.language for text in texts] == [_REPAIRED]:
        texts = [Localized(texts[0].text, DEFAULT)]
    return _alternatives(texts)


def _text(value: str | Localized) -> str:
    return value if isinstance(value, str) else value.text


def _localized(value: str | Localized, language: str) -> Localized:
    return Localized(value, language) if isinstance(value, str) else value


def _with_copyright(properties: dict[str, Value]) -> dict[str, Value]:
    """The copyright of a sound (xmpDM) moves into the rights, after an empty line."""
    copyright, rights = properties.get(_COPYRIGHT), properties.get(_RIGHTS, Array("Alt", ()))
    if not isinstance(copyright, str) or not copyright or not isinstance(rights, Array):
        return properties
    texts = {item.language: item.text for item in rights.items if isinstance(item, Localized)}
    if len(texts) < len(rights.items):
        return properties
    default = texts.get(DEFAULT, next(iter(texts.values()), ""))
    if default != copyright:
        default = default.partition(_EMPTY_LINE)[0] + _EMPTY_LINE + copyright
    moved = _alternatives([Localized(text, language) for language, text in {**texts, DEFAULT: default}.items()])
    return {name: value for name, value in properties.items() if name != _COPYRIGHT} | {_RIGHTS: moved}
