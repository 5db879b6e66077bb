"""What the real darktable made of old sidecars: the same edit, or a change of its own, which is reported.

`imports/NAME.xmp` became `imports/VERSION/NAME.xmp` when that darktable imported it and nothing was edited;
`python -m scripts.import_pairs` makes them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from chemigram_core.compare.edit.document import document_changes
from chemigram_core.compare.edit.headline import headline
from chemigram_core.compare.node import CLERICAL
from chemigram_core.sidecar import Document, parse

IMPORTS = Path(__file__).parent / "imports"
SOURCES = sorted(path.name for path in IMPORTS.glob("*.xmp"))
VERSIONS = ("4.2.1", "5.4.1")
PAIRS = [(version, name) for version in VERSIONS for name in SOURCES]
CHANGED = {  # by both versions: what darktable changed
    "a-keyword-that-no-tag-has.xmp": "where there are tags, it reads no keywords, so the keyword is lost",
    "label-against-color-labels.xmp": "it reads the label and drops the color labels",
    "latitude-alone.xmp": "it drops half a position",
    "title-in-one-language.xmp": "it has titles in no language, and calls this one the default",
    "title-in-two-languages.xmp": "it makes one title of both",
    "two-creators.xmp": "it makes one name of both",
}
CHANGED_BY = {  # by one of them
    "4.2.1": {
        "named.version-1-Bag.xmp": "it reads names without the empty ones before them, so a name moves to another step",
        "named.version-1-Seq.xmp": "the same",
    },
    "5.4.1": dict.fromkeys(
        (f"named.version-{version}.xmp" for version in ("1-Bag", "1-Seq", "2", "3", "4", "5")),
        "it marks the name as not given by the user",
    ),
}
WHY = {  # the others, by the beginning of their names: why the edit is the same
    "two-steps": "the shape of a version is not its content; no order means the legacy one in versions 1 and 2, and the"
    " numbers of version 3 become a list",
    "switched-off": "the same",
    "undone": "the same; undone steps are kept in all shapes that can hold them",
    "a-step-again": "the same",
    "instances": "the same; several instances of a module get a list with the legacy order",
    "named": "a name without a mark is one that the user gave",
    "drawn": "the shapes of versions 1 and 2 get a step of their own, which does nothing, and are in no order",
    "end-above": "steps that are not there can't be undone",
    "no-order": "no order means the legacy one in all versions; a list is an order",
    "no-flags": "flags of the database are bookkeeping",
    "keywords": "keywords are a set, in whatever list, and tags without bars",
    "a-plain-keyword": "a keyword without a list is one",
    "tags": "keywords that the tags imply say nothing",
    "a-keyword-twice": "a set has it once",
    "plain": "a text without a list is the only one in it",
    "title": "a title without a language is in the default one; spaces around it say nothing",
    "empty": "an empty list or text says nothing",
    "creator-in-a-bag": "a list of one is in no order",
    "publisher-in-a-sequence": "a list of one is in no order",
    "other-lists-as-texts": "the toolkit makes lists of them",
    "usage-terms": "the toolkit repairs lists of languages, which are in no order",
    "comment-of-the-camera": "the toolkit makes a list of languages of it",
    "languages-in-other-cases": "languages have one spelling",
    "notes-with-spaces": "spaces around notes say nothing",
    "color-labels-in-a-bag": "color labels are a set",
    "label-of-another-program": "a label that is a color says the color label",
    "position": "a position counts to a millionth of a minute, and the version of its form is bookkeeping",
    "altitude-in-hundredths": "an altitude counts in tenths",
    "time-of-the-position": "a time without a day is on the day of the image",
    "namespace-without-a-slash": "exiv2 ends each namespace with a slash",
    "identifier-as-the-subject": "the toolkit moves it into xmpMM:InstanceID",
    "other-subject": "exiv2 drops it",
    "reference": "exiv2 writes references as texts",
    "copyright-of-sound": "the toolkit moves it into the rights",
    "settings-of-other-programs": "darktable keeps them",
}


def document(version: str, name: str) -> Document:
    return parse((IMPORTS / version / name).read_bytes())


def changes_of(version: str, name: str) -> str | None:
    return CHANGED_BY[version].get(name) or CHANGED.get(name)


@pytest.mark.parametrize(("version", "name"), PAIRS)
def test_import_keeps_the_edit_except_where_darktable_changes_it(version: str, name: str) -> None:
    before, after = document(".", name), document(version, name)
    assert before.digest != after.digest
    assert (before.edit_digest == after.edit_digest) == (changes_of(version, name) is None)


@pytest.mark.parametrize(("version", "name"), PAIRS)
def test_only_darktables_changes_are_reported(version: str, name: str) -> None:
    before, after = document(".", name), document(version, name)
    told = [change for change in document_changes(before, after) if CLERICAL not in change.tags]
    assert bool(told) == bool(headline(before, after)) == (changes_of(version, name) is not None)


def test_each_pair_has_its_reason() -> None:
    assert len(SOURCES) >= 60
    assert {name for names in (CHANGED, *CHANGED_BY.values()) for name in names} <= set(SOURCES)
    unexplained = {name for version, name in PAIRS if changes_of(version, name) is None and not reasons(name)}
    assert not unexplained
    assert all(any(name.startswith(start) for name in SOURCES) for start in WHY)


def reasons(name: str) -> list[str]:
    return [why for start, why in WHY.items() if name.startswith(start)]


def test_pairs_cover_every_version_of_the_format() -> None:
    shapes = {name.partition(".version-")[2] for name in SOURCES if ".version-" in name}
    assert shapes == {f"{shape}.xmp" for shape in ("1-Bag", "1-Seq", "2", "3", "4", "5")}
