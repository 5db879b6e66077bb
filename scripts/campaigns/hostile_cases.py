"""Malicious input, and input that a crash damaged, each with the verdict that is promised for it."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from tests.support.builders import mask, sidecar


class Kind(Enum):
    """Where the input goes."""

    XMP = auto()
    PNG = auto()
    REF = auto()
    NAME = auto()


class Verdict(Enum):
    """What is promised for an input."""

    REFUSED = auto()
    ACCEPTED = auto()
    EITHER = auto()  # as long as it is quick


@dataclass(frozen=True, slots=True)
class Case:
    """An input and the verdict for it."""

    kind: Kind
    what: str
    data: bytes
    verdict: Verdict = Verdict.REFUSED


def cases(seed: int, size: int) -> list[Case]:
    """`size` cases: all that were thought of, and then random damages; a random choice when there are more."""
    random = Random(seed)
    known = [*_xmp(), *_png(), *_refs(), *_names()]
    for number in range(len(known), size, 2):
        known.append(Case(Kind.XMP, f"random damage {number}", _damaged(sidecar(entries=3), random), Verdict.EITHER))
        known.append(Case(Kind.PNG, f"random damage {number}", _damaged(mask(), random)))
    return random.sample(known, size) if size < len(known) else known


_WHOLE = sidecar(entries=3)
_EMPTY = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b"%s</rdf:RDF></x:xmpmeta>"
)
_DT = b'xmlns:darktable="http://darktable.sf.net/"'


def _described(attributes: bytes, inside: bytes = b"") -> bytes:
    return _EMPTY % (
        b'<rdf:Description rdf:about="" ' + _DT + b" " + attributes + b">" + inside + b"</rdf:Description>"
    )


def _xmp() -> Iterator[Case]:
    for position, byte in enumerate(_WHOLE.rstrip()):
        if byte in b"<>\"'=/":
            yield Case(Kind.XMP, f"cut at byte {position}", _WHOLE[:position])
    for name, doctype in _DOCTYPES.items():
        yield Case(Kind.XMP, name, doctype + _described(b'darktable:a="&a;"'))
    for depth in (40, 1_000, 100_000):
        nested = b"<darktable:a><rdf:Description>" * depth + b"</rdf:Description></darktable:a>" * depth
        yield Case(Kind.XMP, f"{depth} deep", _described(b"", nested))
        yield Case(Kind.XMP, f"{depth} deep, not closed", b"<a>" * depth)
    yield Case(Kind.XMP, "an attribute of 17 MB", _described(b'darktable:a="%s"' % (b"x" * 17_000_000)))
    yield Case(Kind.XMP, "an attribute of 9 MB", _described(b'darktable:a="%s"' % (b"x" * 9_000_000)), Verdict.EITHER)
    yield Case(
        Kind.XMP,
        "a million attributes",
        _described(b" ".join(b'darktable:a%d=""' % n for n in range(700_000))),
        Verdict.EITHER,
    )
    yield Case(Kind.XMP, "a million elements", _described(b"", b"<darktable:a/>" * 1_000_000), Verdict.EITHER)
    yield Case(
        Kind.XMP,
        "a million namespaces",
        _described(b" ".join(b'xmlns:n%d="u%d"' % (n, n) for n in range(500_000))),
        Verdict.EITHER,
    )
    yield Case(Kind.XMP, "a gigabyte in encoded values", _bomb(60), Verdict.EITHER)
    for name, data in _encodings().items():
        yield Case(Kind.XMP, name, data)
    for name, attributes in _ATTRIBUTES.items():
        yield Case(Kind.XMP, name, _described(attributes))
    for name, entry in _ENTRIES.items():
        history = b"<darktable:history><rdf:Seq><rdf:li " + entry + b"/></rdf:Seq></darktable:history>"
        yield Case(Kind.XMP, name, _described(b'darktable:history_end="1"', history))
    yield Case(Kind.XMP, "a newer xmp_version", _described(b'darktable:xmp_version="99"'), Verdict.ACCEPTED)
    yield Case(Kind.XMP, "nothing", b"")
    yield Case(Kind.XMP, "zeros", bytes(4096))
    yield Case(Kind.XMP, "a PNG", mask())


_DOCTYPES = {
    "a DTD": b"<!DOCTYPE x>",
    "a DTD elsewhere": b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    "an entity": b'<!DOCTYPE x [<!ENTITY a "b">]>',
    "an external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "an entity of the network": b'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1/">]>',
    "a parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    "a billion laughs": b"<!DOCTYPE x [<!ENTITY z 'ha'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (97 + n, b"&%c;" % (98 + n if n < 20 else 122) * 10) for n in range(21))
    + b"]>",
    "a quadratic bomb": b"<!DOCTYPE x [<!ENTITY a '" + b"x" * 1_000_000 + b"'>]>",
    "a DTD behind a comment": b"<!-- --><!DOCTYPE x [<!ENTITY a 'b'>]>",
    "a DTD behind a declaration": b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>',
}
_ATTRIBUTES = {
    "an undefined entity": b'darktable:a="&nbsp;"',
    "an attribute twice": b'darktable:a="1" darktable:a="2"',
    "a property twice": b'darktable:a="1"><darktable:a>2</darktable:a></rdf:Description><rdf:Description rdf:about="" '
    + _DT,
    "Arabic digits at the end of the history": 'darktable:history_end="\u0663"'.encode(),
    "full-width digits": 'darktable:history_end="\uff11"'.encode(),
    "an underscore in a number": b'darktable:history_end="1_0"',
    "a negative number": b'darktable:history_end="-1"',
    "an endless number": b'darktable:history_end="' + b"9" * 100_000 + b'"',
    "a NUL": b'darktable:a="\0"',
    "a NUL as a reference": b'darktable:a="&#0;"',
    "a control character": b'darktable:a="\x08"',
    "a lone surrogate": b'darktable:a="&#xD800;"',
    "no prefix": b'nothing:a="1"',
    "a mask note that is a text": b'xmlns:chemigram="urn:chemigram:ns:1.0/" chemigram:masks="x"',
}
_ENTRIES = {
    "NaN as an order": b'darktable:operation="exposure" darktable:num="0" darktable:iop_order="NaN"',
    "an infinite order": b'darktable:operation="exposure" darktable:num="0" darktable:iop_order="inf"',
    "an order of 1e999": b'darktable:operation="exposure" darktable:num="0" darktable:iop_order="1e999"',
    "a hexadecimal order": b'darktable:operation="exposure" darktable:num="0" darktable:iop_order="0x1p4"',
    "an Arabic num": 'darktable:operation="exposure" darktable:num="\u0663"'.encode(),
    "a num of 1.5": b'darktable:operation="exposure" darktable:num="1.5"',
    "an empty num": b'darktable:operation="exposure" darktable:num=""',
}


def _bomb(entries: int) -> bytes:
    """Encoded values that inflate to 16 MB each."""
    packed = b"gz99" + base64.b64encode(zlib.compress(bytes(16_000_000), 9))
    listed = b"".join(
        b'<rdf:li darktable:num="%d" darktable:operation="exposure" darktable:params="%s"/>' % (number, packed)
        for number in range(entries)
    )
    end = b'darktable:history_end="%d"' % entries
    return _described(end, b"<darktable:history><rdf:Seq>" + listed + b"</rdf:Seq></darktable:history>")


def _encodings() -> dict[str, bytes]:
    text = _WHOLE.decode()
    return {
        "Latin-1 in UTF-8": _WHOLE.replace(b'rdf:about=""', b'rdf:about="\xe9"'),
        "half a character": _WHOLE.replace(b'rdf:about=""', b'rdf:about="\xc3"'),
        "an overlong character": _WHOLE.replace(b'rdf:about=""', b'rdf:about="\xc0\xaf"'),
        "UTF-8 that says UTF-16": _WHOLE.replace(b"UTF-8", b"UTF-16"),
        "UTF-16 that says Latin-1": text.replace("UTF-8", "ISO-8859-1").encode("utf-16"),
        "half of UTF-16": text.replace("UTF-8", "UTF-16").encode("utf-16")[:-1],
        "UTF-32": text.replace("UTF-8", "UTF-32").encode("utf-32"),
        "UTF-7": text.replace("UTF-8", "UTF-7").encode("utf-7"),
        "EBCDIC": text.replace("UTF-8", "cp037").encode("cp037"),
        "an unknown encoding": _WHOLE.replace(b"UTF-8", b"x-none"),
    }


def _png() -> Iterator[Case]:
    whole = mask()
    chunks = _chunks(whole)
    for kind, start, end in chunks:
        broken = bytearray(whole)
        broken[end - 1] ^= 1
        yield Case(Kind.PNG, f"a bad checksum of {kind}", bytes(broken))
        yield Case(Kind.PNG, f"without {kind}", whole[:start] + whole[end:])
        yield Case(Kind.PNG, f"{kind} twice", whole[:end] + whole[start:end] + whole[end:])
        yield Case(Kind.PNG, f"cut before {kind}", whole[:start])
        yield Case(Kind.PNG, f"cut in {kind}", whole[: (start + end) // 2])
    for length in range(1, len(whole), 7):
        yield Case(Kind.PNG, f"cut after {length} bytes", whole[:length])
    for width, height in ((0, 1), (1, 0), (1 << 31, 1), (0xFFFFFFFF, 0xFFFFFFFF), (100_000, 100_000)):
        yield Case(Kind.PNG, f"{width} x {height}", _png_of(struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0), b""))
    big = struct.pack(">IIBBBBB", 16_000, 16_000, 8, 0, 0, 0, 0)
    small = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    yield Case(Kind.PNG, "a bomb behind a small header", _png_of(small, bytes(200_000_000)))
    yield Case(Kind.PNG, "256 megapixels of nothing", _png_of(big, bytes(16_001 * 16_000)), Verdict.EITHER)
    yield Case(Kind.PNG, "too little data", _png_of(small, bytes(19)))
    yield Case(Kind.PNG, "an unknown filter", _png_of(small, b"\x09aaaa" * 4))
    for color, depth in ((1, 8), (3, 16), (0, 3), (2, 4), (7, 8)):
        header = struct.pack(">IIBBBBB", 4, 4, depth, color, 0, 0, 0)
        yield Case(Kind.PNG, f"colour type {color} with {depth} bits", _png_of(header, bytes(20)))
    palette = struct.pack(">IIBBBBB", 4, 4, 8, 3, 0, 0, 0)
    yield Case(Kind.PNG, "no palette", _png_of(palette, bytes(20)))
    yield Case(Kind.PNG, "bytes after the end", whole + b"\0")
    yield Case(Kind.PNG, "a JPEG", b"\xff\xd8\xff\xe0" + bytes(100))
    yield Case(Kind.PNG, "an XMP", _WHOLE)
    yield Case(Kind.PNG, "a text that inflates to 100 MB", _with_text(whole), Verdict.ACCEPTED)


def _refs() -> Iterator[Case]:
    for what, data in {
        "empty": b"", "NUL": b"\0" * 64 + b"\n", "a loop": b"ref: refs/heads/main\n",
        "a path": b"../../../../etc/passwd\n",
        "upper case": b"A" * 64 + b"\n", "63 digits": b"a" * 63 + b"\n", "65 digits": b"a" * 65 + b"\n",
        "two lines": b"a" * 64 + b"\n" + b"b" * 64 + b"\n", "a byte-order mark": b"\xef\xbb\xbf" + b"a" * 64,
        "Arabic digits": "\u0661".encode() * 64, "a gigabyte": b"", "a CR within": b"a" * 32 + b"\r\n" + b"a" * 32,
    }.items():  # fmt: skip
        yield Case(Kind.REF, what, data)
    yield Case(Kind.REF, "CRLF", b"a" * 64 + b"\r\n", Verdict.ACCEPTED)


def _names() -> Iterator[Case]:
    refused = (
        "", ".", "..", "../x", "a/../b", "/a", "a/", "a//b", ".hidden", "a/.b", "-x", "a\0b", "a\nb", "a\x7fb", "a  b",
        "a\u202eb", "a\u200bb", "a\u2066b", "\ufeffa", "a\u2028b", "HEAD", "head", "refs", "masks", "image.xmp",
        "Image.XMP", "a.lock", "a.LOCK", "a.", "a..b", "a@{b", "@", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b",
        "a\\b", "a" * 201,
        "/".join(["a" * 199] * 6), "f" * 64, "a\udc80b", "\ud800",
    )  # fmt: skip
    for name in refused:
        yield Case(Kind.NAME, repr(name[:40]), name.encode("utf-8", "surrogatepass"))
    for name in ("main", "a/b", "été", "朝", "v1.0", "x-1_2", "a" * 200, "f" * 63):
        yield Case(Kind.NAME, repr(name[:40]), name.encode(), Verdict.ACCEPTED)


def _chunks(png: bytes) -> list[tuple[str, int, int]]:
    found, position = [], 8
    while position < len(png):
        length, kind = struct.unpack_from(">I4s", png, position)
        found.append((kind.decode(), position, position + 12 + length))
        position += 12 + length
    return found


def _png_of(header: bytes, rows: bytes) -> bytes:
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _with_text(png: bytes) -> bytes:
    return png[:33] + _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000), 9)) + png[33:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _damaged(data: bytes, random: Random) -> bytes:
    """Some bytes changed, removed or doubled; never the same as before."""
    broken = bytearray(data)
    while bytes(broken) == data:
        for _ in range(random.randrange(1, 6)):
            position = random.randrange(len(broken))
            match random.randrange(3):
                case 0:
                    broken[position] ^= random.randrange(1, 256)
                case 1:
                    del broken[position : position + random.randrange(1, 20)]
                case 2:
                    broken[position:position] = broken[position : position + random.randrange(1, 20)]
    return bytes(broken)
