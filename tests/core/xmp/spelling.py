"""One document in any spelling that XMP allows: a second writer, which knows nothing of the product's.

Choices come from a `random.Random`, so that a spelling that fails can be had again.
"""

from __future__ import annotations

import codecs
import random
from collections.abc import Iterable, Mapping
from typing import TypeVar
from xml.sax.saxutils import escape

from chemigram_core.xmp import Array, Localized, Reference, Struct, Value
from chemigram_core.xmp.model import Packet
from chemigram_core.xmp.namespaces import KNOWN

T = TypeVar("T")

PREFIXES = {"chemigram", "darktable", "dc", "ns1", "ns2", "photomechanic", "stRef", "xmlfoo", "xmp"}

GAPS = ("", "", " ", "\n", "\n   ", "\t", "<!-- <b> & \u00e9 -->", "<?a processing instruction?>")
HEADS = (
    "",
    '<?xml version="1.0"?>\n',
    "<!-- first -->\n",
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n',
)
TAILS = ("", "\n", "<!-- last -->", '\n   \n<?xpacket end="w"?>')


def spelled(packet: Packet, chance: random.Random) -> bytes:
    """`packet` as some program might write it."""
    return _Speller(chance).document(packet)


class _Speller:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.prefixes: dict[str, str] = {}  # prefix to URI; one URI may have two

    def document(self, packet: Packet) -> bytes:
        parts = self.parts(packet.properties)
        shown = self.chance.randrange(len(parts))  # the part that must say what the document is about
        descriptions = "".join(
            self.description(packet.about, part, silent=place != shown) for place, part in enumerate(parts)
        )
        rdf = self.name("rdf:RDF")
        body = f"<{rdf}>{self.gap()}{descriptions}</{rdf}>"
        if self.maybe():
            body = f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Any 1.0">{self.gap()}{body}{self.gap()}</x:xmpmeta>'
        start, rest = body.split(">", 1)
        declared = "".join(f" xmlns:{prefix}='{escape(uri)}'" for prefix, uri in self.shuffled(self.prefixes.items()))
        return self.encoded(f"{self.pick(HEADS)}{start}{declared}>{rest}{self.pick(TAILS)}")

    def encoded(self, text: str) -> bytes:
        if self.maybe():
            text = text.replace("\n", "\r\n")
        marks = {
            "utf-8": (b"", codecs.BOM_UTF8),
            "utf-16-le": (codecs.BOM_UTF16_LE,),
            "utf-16-be": (codecs.BOM_UTF16_BE,),
        }
        encoding = self.pick(("utf-8", "utf-8", *marks))
        declared = encoding[:6] if encoding.startswith("utf-16") else encoding
        text = text.replace('version="1.0"?', f'version="1.0" encoding="{declared.upper()}"?', 1)
        return self.pick(marks[encoding]) + text.encode(encoding)

    def parts(self, properties: Mapping[str, Value]) -> list[dict[str, Value]]:
        """The properties in one description or several; sometimes one of them in two."""
        parts: list[dict[str, Value]] = [{} for _ in range(self.chance.choice((1, 1, 2, 3)))]
        for name, value in self.shuffled(properties.items()):
            for _ in range(self.chance.choice((1, 1, 1, 2))):
                self.chance.choice(parts)[name] = value
        return parts

    def description(self, about: str, part: Mapping[str, Value], *, silent: bool) -> str:
        subject = "" if silent and self.maybe() else f" {self.name('rdf:about')}={self.quoted(about)}"
        return self.node(self.name("rdf:Description"), subject, part) + self.gap()

    def node(self, tag: str, start: str, fields: Mapping[str, Value]) -> str:
        """A node element: some of the simple fields as attributes, the others as elements."""
        as_attributes = {name for name, value in fields.items() if self.is_simple(name, value) and self.maybe()}
        attributes = "".join(self.attribute(name, fields[name]) for name in self.shuffled(as_attributes))
        elements = "".join(
            self.gap() + self.element(self.name(name), fields[name])
            for name in self.shuffled(fields.keys() - as_attributes)
        )
        return f"<{tag}{start}{attributes}>{elements}{self.gap()}</{tag}>"

    def is_simple(self, name: str, value: Value) -> bool:
        return isinstance(value, str) or (name == "rdf:type" and isinstance(value, Reference))

    def attribute(self, name: str, value: Value) -> str:
        return f" {self.name(name)}={self.quoted(value.uri if isinstance(value, Reference) else str(value))}"

    def element(self, tag: str, value: Value) -> str:
        match value:
            case str():
                return self.simple(tag, "", value)
            case Localized(text, language):
                return self.simple(tag, f" xml:lang={self.quoted(language)}", text)
            case Reference(uri):
                return f"<{tag} {self.name('rdf:resource')}={self.quoted(uri)}/>"
            case Struct(fields):
                return self.struct(tag, fields)
            case Array(kind, items):
                array, item = self.name(f"rdf:{kind}"), self.name("rdf:li")
                inner = "".join(self.element(item, value) + self.gap() for value in items)
                return f"<{tag}>{self.gap()}<{array}>{self.gap()}{inner}</{array}>{self.gap()}</{tag}>"

    def simple(self, tag: str, language: str, text: str) -> str:
        value = self.name("rdf:value")
        forms = [f"<{tag}{language}>{self.text(text)}</{tag}>"] * 3
        forms.append(
            f"<{tag}{language} {self.name('rdf:parseType')}='Resource'><{value}>{self.text(text)}</{value}></{tag}>"
        )
        forms.append(f"<{tag}{language} {value}={self.quoted(text)}/>")
        return self.pick(forms)

    def struct(self, tag: str, fields: Mapping[str, Value]) -> str:
        if self.maybe() or not all(isinstance(value, str) for value in fields.values()) or not fields:
            return self.nested(tag, fields)
        attributes = "".join(self.attribute(name, fields[name]) for name in self.shuffled(fields))
        return f"<{tag}{attributes}/>"

    def nested(self, tag: str, fields: Mapping[str, Value]) -> str:
        kind = fields.get("rdf:type")
        if self.maybe():
            inner = "".join(self.gap() + self.element(self.name(name), fields[name]) for name in self.shuffled(fields))
            return f"<{tag} {self.name('rdf:parseType')}='Resource'>{inner}{self.gap()}</{tag}>"
        node = self.node(self.name("rdf:Description"), "", fields)
        if isinstance(kind, Reference) and self.maybe():
            uri, local = kind.uri.rsplit("/", 1)
            others = {name: value for name, value in fields.items() if name != "rdf:type"}
            node = self.node(self.name(f"{{{uri}/}}{local}"), "", others)
        return f"<{tag}>{self.gap()}{node}{self.gap()}</{tag}>"

    def name(self, name: str) -> str:
        """`name` with any prefix for its namespace."""
        prefix, _, local = name.rpartition("}") if name.startswith("{") else name.partition(":")
        uri = prefix[1:] if name.startswith("{") else KNOWN[prefix]
        known = [prefix for prefix, declared in self.prefixes.items() if declared == uri]
        if not known or (len(known) < 2 and self.chance.random() < 0.1):
            known.append(self.new_prefix())
            self.prefixes[known[-1]] = uri
        return f"{self.pick(known)}:{local}"

    def new_prefix(self) -> str:
        """One that stands for nothing yet: nobody's, or one that programs know for another namespace."""
        return self.pick(PREFIXES - self.prefixes.keys() | {f"p{len(self.prefixes)}"})

    def text(self, text: str) -> str:
        """Text of an element: escapes, references, sections and comments in any mixture."""
        return "".join(self.piece(piece) for piece in self.pieces(text))

    def pieces(self, text: str) -> list[str]:
        cut = self.chance.randrange(len(text) + 1)
        return [text[:cut], text[cut:]]

    def piece(self, text: str) -> str:
        if self.maybe() and "]]>" not in text and "\r" not in text:
            return f"<![CDATA[{text}]]>"
        return escape(text).replace("\r", "&#13;") + self.pick(("", "<!-- - -->", "<?p?>"))

    def quoted(self, text: str) -> str:
        quote = self.pick("\"'")
        references = {"\t": "&#9;", "\n": "&#xa;", "\r": "&#13;", quote: f"&#{ord(quote)};"}
        if self.maybe():
            references |= {character: f"&#x{ord(character):X};" for character in text[:3]}
        plain = {"&": "&amp;", "<": "&lt;"}
        return quote + "".join(references.get(character, plain.get(character, character)) for character in text) + quote

    def gap(self) -> str:
        return self.pick(GAPS)

    def maybe(self) -> bool:
        return self.chance.random() < 0.5

    def pick(self, options: Iterable[T]) -> T:
        return self.chance.choice(sorted(options, key=repr))

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """In any order, the same for the same seed whatever order a set has."""
        listed = sorted(items, key=repr)
        self.chance.shuffle(listed)
        return listed
