"""Finds and replaces a simple property in canonical bytes without parsing them, for rolls of thousands of files."""

from __future__ import annotations

from chemigram_core.xmp.namespaces import KNOWN
from chemigram_core.xmp.writer import attribute_text

_START = f'<x:xmpmeta xmlns:x="{KNOWN["x"]}">\n <rdf:RDF xmlns:rdf="{KNOWN["rdf"]}">\n  <rdf:Description '.encode()
_PAD = b"\n   "  # before an attribute of the description; declarations, which come first, have one more space


def has_attribute(canonical: bytes, name: str) -> bool:
    """Whether canonical bytes have the property as an attribute. False says nothing about other bytes."""
    return canonical.startswith(_START) and _PAD + name.encode() + b'="' in canonical


def with_attribute(canonical: bytes, name: str, value: str) -> bytes | None:
    """The bytes with that value of a property; None if they have to be parsed.

    That is if the property is an element, if its namespace isn't declared, or if the layout is not canonical.
    """
    shown, end = name.encode(), canonical.find(b">", len(_START))
    head, rest = canonical[:end], canonical[end:]
    head, slash = (head[:-1], b"/") if head.endswith(b"/") else (head, b"")
    above, *lines = head.split(_PAD)
    others = [line for line in lines if not line.startswith(shown + b"=")]
    is_alone = shown not in rest and head.count(shown) == len(lines) - len(others)
    if not (head.startswith(_START) and is_alone and _declaration(name) in lines):
        return None
    place = sum(line.startswith(b" ") or line.partition(b"=")[0] < shown for line in others)
    line = shown + f'="{attribute_text(value)}"'.encode()
    return _PAD.join([above, *others[:place], line, *others[place:]]) + slash + rest


def _declaration(name: str) -> bytes:
    prefix = name.partition(":")[0]
    return f' xmlns:{prefix}="{KNOWN[prefix]}"'.encode()
