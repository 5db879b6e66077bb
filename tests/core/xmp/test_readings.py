"""What exiv2 and darktable read alike is one edit, and its near misses are others; the comparison has the same rule."""

from __future__ import annotations

import json
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given

from chemigram_core.compare.edit.changes import Change
from chemigram_core.compare.edit.document import document_changes
from chemigram_core.compare.node import CLERICAL
from chemigram_core.sidecar import Document, parse
from chemigram_core.xmp import Array
from chemigram_core.xmp.model import Packet
from chemigram_core.xmp.writer import write
from tests.core.xmp.documents import packets
from tests.support.old_metadata import ROME
from tests.support.old_sidecars import DONE, SIDECARS, TWO, numbered, step, version_2
from tests.support.packets import array, languages

SET = Path(__file__).parent / "conformance"
EDITS: dict[str, dict[str, list[str]]] = json.loads((SET / "edits.json").read_text())


def said(attributes: str = "", inside: str = "", steps: tuple[str, ...] = ("sharpen",)) -> Document:
    head = f'{DONE} darktable:iop_order_version="2" {attributes}'
    return parse(numbered(5, [step(name) for name in steps], head=head, inside=inside))


def placed(version: int | None) -> Document:
    order = "" if version is None else f'darktable:iop_order_version="{version}"'
    return parse(numbered(5, TWO, head=f"{DONE} {order}"))


def altitude(number: str) -> Document:
    return said(f'exif:GPSAltitude="{number}"')


def same_edit(*documents: Document) -> bool:
    return len({document.edit_digest for document in documents}) == 1


ALIKE = {
    "no order is the legacy one": (placed(None), placed(1), parse(version_2(TWO))),
    "v5.0 RAW is v3.0 RAW": (placed(2), placed(4)),
    "altitudes are numbers": tuple(map(altitude, ("0/10", "0/100", "0/1", "0"))),
    "as many digits as programs write": tuple(map(altitude, ("1234/10", "12340/100", "123.4", "12349/100"))),
    "a color space of -1": tuple(said(f'exif:ColorSpace="{text}"') for text in ("-1", "65535", "+65535")),
    "a rational number": tuple(said(f'exif:ExposureTime="{text}"') for text in ("1/2", "10/20", "+1/2", " 1/2")),
    "seven digits or nine": tuple(
        said(ROME.format(*two)) for two in (("", ""), ("0000", "00000"), ("00000123", "00000456"))
    ),
    "a letter in another case": (said('exif:GPSLatitude="1,2.5N"'), said('exif:GPSLatitude="1,2.5n"')),
    "nothing is south of 0": (said('exif:GPSLatitude="0,0.0S"'), said('exif:GPSLatitude="0,0N"')),
    "60 minutes": (said('exif:GPSLatitude="41,59.9999999N"'), said('exif:GPSLatitude="42,0N"')),
    "a time with or without its day": (
        said('exif:GPSTimeStamp="07:08:09" exif:DateTimeOriginal="2020-05-06T01:00:00"'),
        said('exif:GPSTimeStamp="2020-05-06T07:08:09.000Z"'),
    ),
    "a flash": (
        said("", '<exif:Flash exif:Fired="True" exif:Mode="1"/>'),
        said(
            "",
            '<exif:Flash exif:Fired="True" exif:Mode="1" exif:Return="0" exif:Function="False"/>',
        ),
    ),
    "ratings are numbers": tuple(
        parse(numbered(5, TWO).replace(b'"1"', f'"{one}"'.encode(), 1)) for one in ("5", "5.0", "05")
    ),
    "languages are in no order": (
        said("", languages("own:note", default="a", de="b")),
        said("", languages("own:note", de="b", default="a")),
    ),
}
OTHERS = {
    "legacy against v3.0": (placed(1), placed(2), placed(3)),
    "positions a metre apart": tuple(said(ROME.format(end, "")) for end in ("", "01", "0005")),
    "north and south": (said('exif:GPSLatitude="1,2.5N"'), said('exif:GPSLatitude="1,2.5S"')),
    "altitudes": tuple(map(altitude, ("1234/10", "1235/10", "-1234/10", "1234/100"))),
    "other times": tuple(
        said(f'exif:GPSTimeStamp="2020-05-0{day}T07:08:09{zone}"') for day in (6, 7) for zone in ("Z", "+02:00")
    ),
    "a title in two languages": (
        said("", languages("dc:title", default="Lake")),
        said("", languages("dc:title", default="Lake", de="See")),
        said("", languages("dc:title", default="Lake", de="Lake")),
        said("", languages("dc:title", de="Lake")),
    ),
    "creators in another order": (
        said("", array("dc:creator", "Seq", "a", "b")),
        said("", array("dc:creator", "Seq", "b", "a")),
        said("", array("dc:creator", "Seq", "a, b")),
        said("", array("dc:creator", "Bag", "a", "b")),
    ),
    "a bag of which nothing is known": tuple(
        said("", array("own:x", "Bag", *items)) for items in (("a", "b"), ("b", "a"))
    ),
    "one keyword more": (
        said("", array("dc:subject", "Bag", "a")),
        said("", array("dc:subject", "Bag", "a", "b")),
        said("", array("lr:hierarchicalSubject", "Bag", "a|b")),
        said("", array("lr:hierarchicalSubject", "Bag", "b|a")),
    ),
    "a keyword taken off its tag": (
        said("", array("lr:hierarchicalSubject", "Bag", "a|b") + array("dc:subject", "Bag", "a", "b")),
        said("", array("lr:hierarchicalSubject", "Bag", "a|b") + array("dc:subject", "Bag", "a")),
    ),
    "no rating and one star": (parse(numbered(5, TWO)), parse(numbered(5, TWO).replace(b'xmp:Rating="1"', b""))),
    "two namespaces with one name": (
        said('own:field="1"', ""),
        said('own:field="1" xmlns:other="http://example.org/own/" other:field="2"', ""),
        said('own:field="2"', ""),
    ),
    "a label and another colour": tuple(
        said('xmp:Label="Red"', array("darktable:colorlabels", "Seq", *colors)) for colors in ((), ("1",), ("0", "1"))
    ),
}


@pytest.mark.parametrize("fact", ALIKE)
def test_equal_readings_are_one_edit(fact: str) -> None:
    assert len({document.digest for document in ALIKE[fact]}) == len(ALIKE[fact])
    assert same_edit(*ALIKE[fact])


@pytest.mark.parametrize("fact", OTHERS)
def test_a_near_miss_is_another_edit(fact: str) -> None:
    assert len({document.edit_digest for document in OTHERS[fact]}) == len(OTHERS[fact])


@pytest.mark.parametrize("rule", EDITS)
def test_conformance_set_lists_equal_edits(rule: str) -> None:
    groups = [{edit_of(name) for name in names} for names in EDITS[rule].values()]
    assert [len(group) for group in groups] == [1] * len(groups)
    assert len(set.union(*groups)) == len(groups)


def edit_of(name: str) -> str:
    return parse((SET / f"{name}.out.xmp").read_bytes()).edit_digest


def told(before: Document, after: Document) -> list[tuple[str, str]]:
    """What a comparison says beside bookkeeping."""
    changes: list[Change] = document_changes(before, after)
    return [(change.place, change.summary) for change in changes if CLERICAL not in change.tags]


DOCUMENTS = [
    *map(parse, SIDECARS.values()),
    *(one for facts in (ALIKE, OTHERS) for all_of in facts.values() for one in all_of),
]


def test_edits_are_equal_where_the_comparison_reports_only_bookkeeping() -> None:
    equal = 0
    for before, after in combinations(DOCUMENTS, 2):
        assert (not told(before, after)) == same_edit(before, after)
        equal += same_edit(before, after)
    assert equal > 50


@given(packets(), packets())
def test_edits_and_comparison_agree_on_random_documents(one: Packet, other: Packet) -> None:
    before, after = (parse(write(packet)) for packet in (one, other))
    mixed = parse(write(Packet("", {**one.properties, **other.properties})))
    for left, right in ((before, after), (before, mixed), (after, mixed)):
        assert (not told(left, right)) == same_edit(left, right)


def test_equal_edits_compare_equally_with_a_third() -> None:
    """A difference that is no edit is not reported beside one, either: edits are compared, not files."""
    by_edit: dict[str, list[Document]] = {}
    for document in DOCUMENTS:
        by_edit.setdefault(document.edit_digest, []).append(document)
    several = [documents for documents in by_edit.values() if len(documents) > 1]
    assert len(several) > 10
    for (one, *others), after in product(several, DOCUMENTS[:40]):
        assert all(told(one, after) == told(other, after) for other in others)


@pytest.mark.parametrize("name", ["1", "0", ""])
def test_default_instance_name_is_not_a_change_beside_another(name: str) -> None:
    def with_instance(name: str, attributes: str = "") -> Document:
        return parse(numbered(5, [step("bloom"), step("bloom", priority=1, name=name)], head=f"{DONE} {attributes}"))

    assert told(with_instance(""), with_instance(name)) == []
    noted = with_instance(name, 'dc:source="x"')
    assert told(with_instance(""), noted) == [("metadata/dc:source", 'dc:source: none → "x"')]


def test_uuid_subject_is_the_identifier() -> None:
    uuid = "uuid:bac965c4-9d87-11d9-9a30-000d936b79c4"
    subject, named = (said(f'{name}="{uuid}"') for name in ("rdf:about", "xmpMM:InstanceID"))
    assert same_edit(subject, named)
    assert same_edit(*(said(f'rdf:about="{about}"') for about in ("", "urn:other", uuid.removeprefix("uuid:").upper())))
    assert not same_edit(subject, said())


def test_canonical_form_keeps_every_value() -> None:
    for document in DOCUMENTS:
        assert parse(document.canonical()).packet == document.packet
    kept = said('dc:title=" a " exif:GPSAltitude="0/100"').properties
    assert (kept["dc:title"], kept["exif:GPSAltitude"]) == (" a ", "0/100")
    assert said("", array("dc:subject", "Seq", "b", "a")).properties["dc:subject"] == Array("Seq", ("b", "a"))
