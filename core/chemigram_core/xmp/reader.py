"""An `rdf:RDF` element to a Packet: the spellings of RDF that XMP allows. Knows no property's meaning.

The grammar is that of ISO 16684-1 (XMP part 1), section 7; docs/canonical-xmp.md says what each spelling becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from lxml import etree

from chemigram_core.errors import InvalidXmp, shown
from chemigram_core.xmp.model import Array, ArrayKind, Localized, Packet, Reference, Struct, Value
from chemigram_core.xmp.namespaces import KNOWN, label, name_of

MAX_DEPTH = 32  # of values within values; darktable's go to 2
MAX_FIELDS = 2048  # of one structure or description; a parser needs quadratic time for an element's attributes

_XML = f"{{{KNOWN['xml']}}}"
_RDF = f"{{{KNOWN['rdf']}}}"
_DESCRIPTION = f"{_RDF}Description"
_ITEM = f"{_RDF}li"
_SUBJECTS = (f"{_RDF}about", "about")  # without a prefix in files of 2001
_ARRAYS: Mapping[str, ArrayKind] = {f"{_RDF}Alt": "Alt", f"{_RDF}Bag": "Bag", f"{_RDF}Seq": "Seq"}


def packet_of(rdf: etree._Element) -> Packet:
    """The properties of all descriptions of `rdf`, which have one subject. Raises InvalidXmp."""
    if rdf.attrib or not len(rdf):
        raise _refusal(rdf, "rdf:RDF holds at least one rdf:Description, and no attribute")
    _only_space_around(rdf)
    reader, subjects, properties = _Reader(), set[str](), dict[str, Value]()
    for description in rdf:
        if description.tag != _DESCRIPTION:
            raise _refusal(description, "rdf:Description is expected here")
        attributes = _attributes(description)
        subjects |= {attributes.pop(name, "") for name in _SUBJECTS}
        reader.gather(description, attributes, properties, 0)
    if len(subjects - {""}) > 1:
        raise _refusal(rdf, "rdf:about names more than one subject")
    return Packet(max(subjects), properties)


class _Reader:
    """Remembers names: the entries of a history repeat one set of them hundreds of times."""

    def __init__(self) -> None:
        self._flat: dict[tuple[str, ...], tuple[str, ...] | None] = {}

    def gather(self, node: etree._Element, attributes: Mapping[str, str], fields: dict[str, Value], depth: int) -> None:
        """Add the attributes and children of a node element to `fields`."""
        _only_space_around(node)
        for key, text in attributes.items():
            name = _property_name(key, node, depth)
            _add(fields, node, name, text)
        for child in node:
            name = _property_name(child.tag, child, depth)
            _add(fields, child, name, self._value(child, depth))
        _refuse_count(node, len(fields))

    def _value(self, element: etree._Element, depth: int) -> Value:
        """The value of a property element or an item."""
        if depth > MAX_DEPTH:
            raise _refusal(element, f"values are nested more than {MAX_DEPTH} deep")
        if not len(element):
            keys = cast(list[str], element.keys())
            if not keys:
                return element.text or ""
            if element.text is None and len(keys) <= MAX_FIELDS and (names := self._flat_names(tuple(keys))):
                return Struct(dict(zip(names, cast(list[str], element.values()), strict=True)))
        attributes = _attributes(element)
        language = attributes.pop(f"{_XML}lang", None)
        value = self._unlocalized(element, attributes, depth)
        return value if language is None else _localized(value, language, element)

    def _flat_names(self, keys: tuple[str, ...]) -> tuple[str, ...] | None:
        """The names of attributes that are all simple fields; None where rdf: or xml: needs a closer look."""
        if keys not in self._flat:
            plain = all(key.startswith("{") and not key.startswith((_XML, _RDF)) for key in keys)
            self._flat[keys] = tuple(map(name_of, keys)) if plain else None
        return self._flat[keys]

    def _unlocalized(self, element: etree._Element, attributes: dict[str, str], depth: int) -> Value:
        parse_type = attributes.pop(f"{_RDF}parseType", None)
        if parse_type == "Resource" and not attributes:
            return self._struct(element, {}, depth)
        if parse_type is not None:
            raise _refusal(element, f"rdf:parseType={shown(parse_type)} is not possible here")
        if not len(element):
            return self._struct(element, attributes, depth) if attributes else element.text or ""
        if attributes or len(element) > 1:
            raise _refusal(element, "a nested value is the only thing that a property can have")
        _only_space_around(element)
        return self._nested(element[0], depth)

    def _nested(self, node: etree._Element, depth: int) -> Value:
        attributes = _attributes(node)
        kind = _ARRAYS.get(node.tag)
        if kind is None:
            return self._struct(node, _with_type(node, attributes), depth)
        if attributes or any(item.tag != _ITEM for item in node):
            raise _refusal(node, f"rdf:{kind} holds nothing but rdf:li")
        _only_space_around(node)
        return Array(kind, tuple([self._value(item, depth + 1) for item in node]))

    def _struct(self, node: etree._Element, attributes: dict[str, str], depth: int) -> Value:
        """The fields of a node: a nested description, one of a type, or an element that stands for one itself."""
        fields: dict[str, Value] = {}
        if (uri := attributes.pop(f"{_RDF}resource", None)) is not None:
            fields["rdf:value"] = Reference(uri)
        self.gather(node, attributes, fields, depth + 1)
        return fields["rdf:value"] if fields.keys() == {"rdf:value"} else Struct(fields)


def _with_type(node: etree._Element, attributes: dict[str, str]) -> dict[str, str]:
    """The name of a node other than rdf:Description is its type."""
    if node.tag == _DESCRIPTION:
        return attributes
    _property_name(node.tag, node, 0)
    uri = node.tag[1:].replace("}", "")
    if attributes.setdefault(f"{_RDF}type", uri) != uri:
        raise _refusal(node, "one value has two types")
    return attributes


def _add(fields: dict[str, Value], element: etree._Element, name: str, value: Value) -> None:
    if name == "rdf:type":
        value = _type(element, value)
    if fields.setdefault(name, value) != value:
        raise _refusal(element, f"{label(name)} occurs twice with different values")


def _type(element: etree._Element, value: Value) -> Reference:
    """A type is a URI, as a text too: exiv2 rewrites rdf:resource so."""
    match value:
        case Reference():
            return value
        case str():
            return Reference(value)
    raise _refusal(element, "rdf:type is not a URI")


def _property_name(clark: str, element: etree._Element, depth: int) -> str:
    if not clark.startswith("{"):
        raise _refusal(element, f"{label(clark)} has no namespace")
    name = name_of(clark)
    if name.startswith(("rdf:", "xml:", "x:")) and (not depth or name not in ("rdf:value", "rdf:type")):
        raise _refusal(element, f"{label(name)} is not possible here")
    return name


def _localized(value: Value, language: str, element: etree._Element) -> Value:
    match value:
        case str():
            return Localized(value, language)
        case Struct(fields) if isinstance(text := fields.get("rdf:value"), str):
            return Struct({**fields, "rdf:value": Localized(text, language)})
        case _:
            raise _refusal(element, "xml:lang is only allowed on a text")


def _only_space_around(element: etree._Element) -> None:
    """Raises InvalidXmp if there is text before, between or after the children."""
    texts: Iterable[str | None] = (element.text, *[child.tail for child in element])
    if any(text and text.strip(" \t\r\n") for text in texts):
        raise _refusal(element, "text is mixed with attributes or elements")


def _refuse_count(element: etree._Element, count: int) -> None:
    if count > MAX_FIELDS:
        raise _refusal(element, f"it has {count} fields, more than the limit of {MAX_FIELDS}")


def _attributes(element: etree._Element) -> dict[str, str]:
    _refuse_count(element, len(element.attrib) - 1)  # one may be rdf:about, which is not a field; `gather` counts those
    return dict(cast(Iterable[tuple[str, str]], element.items()))


def _refusal(element: etree._Element, reason: str) -> InvalidXmp:
    prefix = f"{element.prefix}:" if element.prefix else ""
    return InvalidXmp(reason, f"line {element.sourceline}, {label(prefix + etree.QName(element).localname)}")
