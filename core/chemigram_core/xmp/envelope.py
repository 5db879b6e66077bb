"""XMP bytes to the `rdf:RDF` element in them: limits, encoding, well-formedness, wrapper. Knows no property."""

from __future__ import annotations

import re

from lxml import etree

from chemigram_core.errors import InvalidXmp, shown
from chemigram_core.layout import XMP_BYTES
from chemigram_core.xmp.namespaces import KNOWN, label

MAX_BYTES = XMP_BYTES

_RDF = f"{{{KNOWN['rdf']}}}RDF"
_WRAPPERS = (f"{{{KNOWN['x']}}}xmpmeta", f"{{{KNOWN['x']}}}xapmeta")  # xapmeta: XMP's name before 2002
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_STARTS = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]*)["']""")
_PROLOG = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)


def rdf_element(data: bytes) -> etree._Element:
    """The one `rdf:RDF` of `data`, without comments and processing instructions. Raises InvalidXmp."""
    refuse_size(data)
    utf8 = _as_utf8(data)
    _refuse_doctype(utf8)
    root = _parsed(utf8)
    if root.tag == _RDF:
        return root
    if root.tag not in _WRAPPERS or [child.tag for child in root] != [_RDF] or _has_text(root):
        raise InvalidXmp("expected one x:xmpmeta with one rdf:RDF in it", f"line {root.sourceline}")
    return root[0]


def refuse_size(data: bytes) -> None:
    """Raises InvalidXmp when `data` is larger than anything that is read or written here."""
    if len(data) > MAX_BYTES:
        raise InvalidXmp(f"it has more than the limit of {MAX_BYTES} bytes")


def _has_text(root: etree._Element) -> bool:
    return bool(f"{root.text or ''}{root[0].tail or ''}".strip(" \t\r\n"))


def _as_utf8(data: bytes) -> bytes:
    encoding, text = _encoding(data)
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError as error:
        line = text[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise InvalidXmp(f"the bytes are not {encoding.upper()}", f"line {line}") from None
    utf8 = text if encoding == "utf-8" else decoded.encode()
    if (found := _DECLARED.match(utf8)) and not _agrees(found[1].decode().lower(), encoding):
        raise InvalidXmp(f"the declared encoding {shown(found[1].decode())} is not {encoding.upper()}", "line 1")
    return utf8


def _encoding(data: bytes) -> tuple[str, bytes]:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding, data[len(mark) :]
    return _STARTS.get(data[:2], "utf-8"), data


def _agrees(declared: str, encoding: str) -> bool:
    return encoding.startswith(declared) if declared.startswith("utf-16") else declared == encoding


def _refuse_doctype(data: bytes) -> None:
    """Called before parsing: the parser expands entities in attributes, whatever its options."""
    prolog = _PROLOG.match(data)
    if prolog and data.startswith(b"<!DOCTYPE", prolog.end()):
        line = data.count(b"\n", 0, prolog.end()) + 1
        raise InvalidXmp("a DOCTYPE is not allowed", f"line {line}")


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = (error.msg or "").rpartition(", line ")[0].strip()
        raise InvalidXmp(f"not well-formed XML ({label(reason)})", f"line {error.lineno or 1}") from None
