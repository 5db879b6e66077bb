"""The values in an XMP, without their spelling. Knows no XML.

A simple value is a plain `str`. `rdf:value` and its neighbours are fields of a Struct like any others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

ArrayKind: TypeAlias = Literal["Alt", "Bag", "Seq"]


@dataclass(frozen=True, slots=True)
class Localized:
    """A text with its `xml:lang`."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A URI that the document refers to: `rdf:resource`."""

    uri: str


@dataclass(frozen=True, slots=True)
class Struct:
    """Named fields without an order."""

    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Array:
    """Values in the order of the file: alternatives, a bag or a sequence."""

    kind: ArrayKind
    items: tuple[Value, ...]


Value: TypeAlias = str | Localized | Reference | Struct | Array
Properties: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Packet:
    """The content of one XMP: the properties of one subject. `about` is empty in nearly all files."""

    about: str
    properties: Properties
