"""The version name of a duplicate: put into canonical bytes as parsing and writing them would."""

from __future__ import annotations

import pytest

from chemigram_core.names import BranchName
from chemigram_core.roll import version_name
from chemigram_core.roll.version_name import shown_as_duplicate, with_version_name
from chemigram_core.roll_file import Given
from chemigram_core.sidecar import canonicalize, parse
from chemigram_core.xmp.attribute import with_attribute
from tests.support.builders import sidecar

PLAIN = canonicalize(sidecar())
NAMES = ["warm", "a<b & \"c\" 'd'", "日本語の枝", "two\nlines", "x" * 2_000]


def named(name: str) -> bytes:
    return with_version_name(parse(PLAIN), name).canonical()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("stored", [PLAIN, named("own")], ids=["without a name", "with one"])
def test_name_is_inserted_as_the_writer_would_write_it(stored: bytes, name: str) -> None:
    assert with_attribute(stored, "darktable:version_name", name) == named(name)
    assert shown_as_duplicate(stored, Given(BranchName("main"), "", name)) == named(name)


def test_duplicate_shows_its_own_name_or_the_branchs() -> None:
    given = Given(BranchName("warm"), "")
    assert shown_as_duplicate(PLAIN, given) == named("warm")
    assert shown_as_duplicate(named("own"), given) == named("own")


def test_name_is_removed() -> None:
    assert with_version_name(parse(named("own")), "").canonical() == PLAIN


@pytest.mark.parametrize(
    "stored",
    [
        sidecar(),  # another layout
        PLAIN.replace(b"\n   darktable:xmp_version", b' darktable:version_name="own"\n   darktable:xmp_version'),
        PLAIN.replace(
            b"  </rdf:Desc", b'   <darktable:version_name xml:lang="en">own</darktable:version_name>\n  </rdf:Desc'
        ),
        PLAIN.replace(b'xmlns:darktable="', b'xmlns:other="').replace(b"darktable:", b"other:"),
    ],
    ids=["another layout", "two on a line", "an element", "another prefix"],
)
def test_other_layouts_are_parsed(stored: bytes) -> None:
    assert with_attribute(stored, "darktable:version_name", "warm") is None
    shown = shown_as_duplicate(stored, Given(BranchName("main"), "", "warm"))
    assert version_name.version_name(parse(shown)) == "warm"


def test_a_description_without_elements() -> None:
    alone = canonicalize(
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" darktable:history_end="0"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    shown = shown_as_duplicate(alone, Given(BranchName("warm"), ""))
    assert shown == with_version_name(parse(alone), "warm").canonical()
