"""What can't be carried without changing a value is refused, with the line or the property."""

from __future__ import annotations

import pytest

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp
from chemigram_core.names import MaskName
from chemigram_core.sidecar import parse
from chemigram_core.xmp.envelope import MAX_BYTES
from chemigram_core.xmp.reader import MAX_DEPTH, MAX_FIELDS
from tests.core.xmp.sidecars import entry, history, sidecar

GOOD = sidecar('xmp:Rating="1"')
DEEP = MAX_DEPTH + 1
DIGITS = "\u0661"  # ARABIC-INDIC DIGIT ONE, which int() takes

OF_A = b"<rdf:Description rdf:about='a'/>"

NOT_XML = {
    "empty": (b"", "line 1"),
    "zeros": (b"\0" * 4096, "line 1"),
    "cut short": (GOOD[:-20], "line"),
    "something after the end": (GOOD + b"x", "line 6"),
    "an entity": (sidecar('xmp:Label="&other;"'), "line 3"),
    "a character that XML has not": (sidecar('xmp:Label="&#1;"'), "line 3"),
    "an attribute twice": (sidecar('xmp:Label="a" xmp:Label="b"'), "line 3"),
    "a prefix of no namespace": (sidecar('nobody:Label="a"'), "line 3"),
    "a document type": (b'<!-- 1 -->\n<!DOCTYPE x [<!ENTITY e "e">]>' + GOOD, "line 2"),
    "too large": (GOOD + b" " * MAX_BYTES, "limit"),
}
ENCODINGS = {
    "not UTF-8": (sidecar('xmp:Label="\u00e9"').replace("\u00e9".encode(), b"\xe9"), "line 3"),
    "half a UTF-16 pair": ("\ufeff".encode("utf-16-le") + b"<\0a\0\x00\xd8", "line 1"),
    "another encoding": (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD, "ISO-8859-1"),
    "UTF-16 that says UTF-8": (('<?xml version="1.0" encoding="UTF-8"?>' + GOOD.decode()).encode("utf-16"), "UTF-8"),
}
NOT_XMP = {
    "another document": (b"<a/>", "rdf:RDF"),
    "no RDF": (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "rdf:RDF"),
    "text beside the RDF": (GOOD.replace(b"</x:", b"text</x:"), "rdf:RDF"),
    "no description": (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "rdf:Description"),
    "something else than descriptions": (GOOD.replace(b"</rdf:RDF", b"<q:a/></rdf:RDF"), "line 4, q:a"),
    "two subjects": (GOOD.replace(b"</rdf:RDF", b"%s%s</rdf:RDF" % (OF_A, OF_A.replace(b"a'", b"b'"))), "rdf:about"),
    "an attribute of the RDF": (GOOD.replace(b"<rdf:RDF", b"<rdf:RDF xml:lang='de'"), "rdf:RDF"),
}  # fmt: skip
SPELLINGS = {
    "no namespace": ("", "<title>a</title>", "title"),
    "an attribute without a namespace": ('title="a"', "", "title"),
    "a language of everything": ('xml:lang="de"', "", "xml:lang"),
    "two values": ('xmp:Rating="1"', "<xmp:Rating>2</xmp:Rating>", "xmp:Rating"),
    "two lists": ("", "<dc:subject><rdf:Bag/></dc:subject><dc:subject><rdf:Seq/></dc:subject>", "dc:subject"),
    "loose text": ("", "text", "rdf:Description"),
    "text beside a list": ("", "<dc:subject>a<rdf:Bag/></dc:subject>", "dc:subject"),
    "text in a list": ("", "<dc:subject><rdf:Bag>a</rdf:Bag></dc:subject>", "rdf:Bag"),
    "two lists in one": ("", "<dc:subject><rdf:Bag/><rdf:Bag/></dc:subject>", "dc:subject"),
    "a list of other things": ("", "<dc:subject><rdf:Bag><rdf:_1>a</rdf:_1></rdf:Bag></dc:subject>", "rdf:Bag"),
    "XML as a value": ("", '<dc:title rdf:parseType="Literal"><b/></dc:title>', "dc:title"),
    "a collection": ("", '<dc:title rdf:parseType="Collection"/>', "dc:title"),
    "an identifier": ("", '<dc:title rdf:ID="a"/>', "rdf:ID"),
    "a shared node": ("", '<dc:title rdf:nodeID="a"/>', "rdf:nodeID"),
    "a data type": ("", '<dc:title rdf:datatype="a">1</dc:title>', "dc:title"),
    "another subject inside": ("", '<dc:title><rdf:Description rdf:about="a"/></dc:title>', "rdf:about"),
    "a language of a list": ("", '<dc:title xml:lang="de"><rdf:Bag/></dc:title>', "dc:title"),
    "two types": ("", '<dc:title><q:T rdf:type="a"/></dc:title>', "q:T"),
    "a type with parts": ("", "<q:a rdf:parseType='Resource'><rdf:type q:b='a'/></q:a>", "rdf:type"),
    "a localized type": ("", "<q:a rdf:parseType='Resource'><rdf:type xml:lang='de'>a</rdf:type></q:a>", "rdf:type"),
    "deep lists": ("", "<q:a>" + "<rdf:Bag><rdf:li>" * DEEP + "</rdf:li></rdf:Bag>" * DEEP + "</q:a>", "deep"),
    "deep structures": ("", "<q:a rdf:parseType='Resource'>" * (DEEP + 1) + "</q:a>" * (DEEP + 1), "deep"),
    "deep XML": ("", "<q:a>" * 300 + "</q:a>" * 300, "line 3"),
    "many attributes": (" ".join(f'q:a{number}=""' for number in range(MAX_FIELDS + 1)), "", str(MAX_FIELDS)),
    "many properties": ("", "".join(f"<q:a{number}/>" for number in range(MAX_FIELDS + 1)), str(MAX_FIELDS)),
}  # fmt: skip
NUMBERS = {
    "an end in other digits": (f'darktable:history_end="{DIGITS}"', "", "darktable:history_end"),
    "a negative end": ('darktable:history_end="-1"', "", "darktable:history_end"),
    "a place with an underscore": ("", history([entry("1_0", "flip")]), "entry 1, darktable:num"),
    "an endless place": ("", history([entry(0, "flip"), entry("1" * 400, "flip")]), "entry 2, darktable:num"),
    "an order that is no number": ("", history([entry(0, "flip", iop_order="nan")]), "entry 1, darktable:iop_order"),
    "an infinite order": ("", history([entry(0, "flip", iop_order="1e999")]), "entry 1, darktable:iop_order"),
    "an order in other digits": ("", history([entry(0, "flip", iop_order=DIGITS)]), "entry 1, darktable:iop_order"),
}
JUST_ACCEPTED = {
    "many properties": "".join(f"<q:a{number}/>" for number in range(MAX_FIELDS)),
    "many fields": "<q:s rdf:parseType='Resource'>" + "".join(f"<q:a{n}/>" for n in range(MAX_FIELDS)) + "</q:s>",
    "deep structures": "<q:a rdf:parseType='Resource'>" * MAX_DEPTH + "<q:b/>" + "</q:a>" * MAX_DEPTH,
    "deep lists": "<q:a>" + "<rdf:Bag><rdf:li>" * MAX_DEPTH + "</rdf:li></rdf:Bag>" * MAX_DEPTH + "</q:a>",
    "the largest order": history([entry(0, "flip", iop_order="1.7976931348623157e308")]),
    "an order of many digits": history([entry(0, "flip", iop_order="9" * 64)]),
}


@pytest.mark.parametrize("case", [*NOT_XML, *ENCODINGS, *NOT_XMP])
def test_file_that_is_not_an_xmp(case: str) -> None:
    data, place = (NOT_XML | ENCODINGS | NOT_XMP)[case]
    refused(data, place)


@pytest.mark.parametrize("case", [*SPELLINGS, *NUMBERS])
def test_value_that_cannot_be_kept(case: str) -> None:
    attributes, body, place = (SPELLINGS | NUMBERS)[case]
    refused(sidecar(attributes, body), place)


def test_xmp_too_large_in_canonical_layout() -> None:
    document = parse(sidecar("", f"<dc:title>{chr(10) * (MAX_BYTES // 2)}</dc:title>"))
    with pytest.raises(InvalidXmp, match="limit"):
        document.canonical()


@pytest.mark.parametrize("case", JUST_ACCEPTED)
def test_largest_accepted_file_can_be_read_again(case: str) -> None:
    canonical = parse(sidecar("", JUST_ACCEPTED[case])).canonical()
    assert parse(canonical).canonical() == canonical


def test_xmp_too_large_with_its_mask_note() -> None:
    full = parse(sidecar("", JUST_ACCEPTED["many properties"]))
    with pytest.raises(InvalidXmp, match="limit"):
        full.with_masks({MaskName("sky"): Digest("a" * 64)}).canonical()


def refused(data: bytes, place: str) -> None:
    """Refused in one readable line that names `place`."""
    with pytest.raises(InvalidXmp) as refusal:
        parse(data)
    message = str(refusal.value)
    assert place in message
    assert message.isprintable()
    assert len(message) < 300
