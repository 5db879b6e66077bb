"""The note of a state's masks inside its XMP."""

from __future__ import annotations

import pytest

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp
from chemigram_core.names import MaskName
from chemigram_core.sidecar import masks_of, parse
from tests.core.xmp.sidecars import edited, entry, sidecar

MASKS = {MaskName(name): Digest.of(name.encode()) for name in ("subject", "sky", "Älter ist's")}
BARE = edited(entry(0, "exposure"), more='xmp:Rating="3"')


def note(*items: str, kind: str = "Bag") -> bytes:
    return sidecar("", f"<chemigram:masks><rdf:{kind}>{''.join(items)}</rdf:{kind}></chemigram:masks>")


def item(name: str, sha256: str = "a" * 64, more: str = "") -> str:
    return f'<rdf:li chemigram:name="{name}" chemigram:sha256="{sha256}" {more}/>'


def test_note_round_trips() -> None:
    noted = BARE.with_masks(MASKS)
    assert parse(noted.canonical()) == noted
    assert dict(noted.masks) == MASKS
    assert noted.with_masks(MASKS).canonical() == noted.canonical()
    assert noted.canonical() != BARE.canonical()


def test_empty_note_is_omitted() -> None:
    assert BARE.with_masks(MASKS).with_masks({}).canonical() == BARE.canonical()
    assert parse(note()).canonical() == parse(sidecar()).canonical()


def test_note_replaces_the_earlier_one() -> None:
    one = {MaskName("one"): Digest.of(b"1")}
    assert BARE.with_masks(MASKS).with_masks(one).canonical() == BARE.with_masks(one).canonical()


def test_names_are_sorted() -> None:
    names = list(parse(note(item("subject"), item("Sky"), item("a"))).masks)
    assert names == ["Sky", "a", "subject"]
    assert parse(note(item("b"), item("a"))).canonical() == parse(note(item("a"), item("b"))).canonical()


def test_masks_of_a_stored_object() -> None:
    assert dict(masks_of(BARE.with_masks(MASKS).canonical())) == MASKS
    assert not masks_of(BARE.canonical())


@pytest.mark.parametrize(
    "damaged",
    [
        note(item("sky", "A" * 64)),
        note(item("sky", "a" * 63)),
        note(item("../sky")),
        note(item("")),
        note(item("sky"), item("sky", "b" * 64)),
        note(item("sky", more='q:more="1"')),
        note('<rdf:li chemigram:name="sky"/>'),
        note("<rdf:li>sky</rdf:li>"),
        note(item("sky"), kind="Seq"),
        sidecar('chemigram:masks="sky"'),
    ],
)
def test_a_damaged_note_is_refused(damaged: bytes) -> None:
    with pytest.raises(InvalidXmp, match="chemigram:masks"):
        parse(damaged)
