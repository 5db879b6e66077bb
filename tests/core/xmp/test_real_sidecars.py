"""Sidecars of real darktable versions, where a folder of them is beside this project; what each import did to them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from chemigram_core.darktable import history_loss
from chemigram_core.sidecar import Document, parse
from tests.core.xmp.spelling import spelled

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the real sidecars are not beside this project")

REAL_CHANGES = {  # import by this version: what it changed in the edit, and where
    "4.2.1": {
        "122 124": "the names that the user gave to four instances of a module became 1",
    },
    "5.4.1": {
        "000": "rawprepare, temperature, highlights, demosaic and colorin were migrated to newer parameters",
        "004 006 012 014 016 020 024 026 034 110 112": "a step of the module highlights was added",
        "008 010 018": "the same, and rawprepare, temperature, demosaic and colorin were migrated",
    },
    "3.4.1": {
        "006": "the blending parameters were migrated from version 9 to 10",
    },
}
LOST = {"4.2.1": 0, "5.4.1": 0, "3.4.1": 45}  # 3.4.1 reads no sidecar of xmp_version 5


def sidecars(folder: str) -> dict[str, Document]:
    """The documents of one folder of the corpus by the number in front of their names."""
    paths = sorted((CORPUS / folder).glob("*.xmp"))
    assert paths
    return {path.name: parse(path.read_bytes()) for path in paths}


@pytest.mark.parametrize(
    "folder", ["original", "legacy", "reimported-by-4.2.1", "reimported-by-5.4.1", "reimported-by-3.4.1"]
)
def test_real_sidecars_have_a_stable_form(folder: str) -> None:
    for name, document in sidecars(folder).items():
        assert parse(document.canonical()).canonical() == document.canonical(), name


@pytest.mark.parametrize("version", REAL_CHANGES)
def test_import_changes_only_these_edits(version: str) -> None:
    before, after = sidecars("original"), sidecars(f"reimported-by-{version}")
    lost = {name for name in before if history_loss(before[name].history, after[name].history)}
    changed = {name for name in before if before[name].edit_digest != after[name].edit_digest}
    expected = {number for numbers in REAL_CHANGES[version] for number in numbers.split()}
    assert {name[:3] for name in changed - lost} == expected
    assert len(lost) == LOST[version]
    assert lost <= changed


@pytest.mark.parametrize("version", REAL_CHANGES)
def test_every_import_rewrites_every_file(version: str) -> None:
    before, after = sidecars("original"), sidecars(f"reimported-by-{version}")
    assert all(before[name].digest != after[name].digest for name in before)


def test_lists_of_old_versions_are_the_edit_of_version_2() -> None:
    shapes = sidecars("legacy")
    for name in (name for name in shapes if name.endswith(".v2.xmp")):
        older = {shapes[name.replace(".v2.", shape)].edit_digest for shape in (".v1Bag.", ".v1Seq.")}
        assert older == {shapes[name].edit_digest}, name


@pytest.mark.parametrize("folder", ["original", "legacy"])
def test_respelled_real_sidecars_are_the_same_document(folder: str) -> None:
    for seed, (name, document) in enumerate(sidecars(folder).items()):
        again = parse(spelled(document.packet, random.Random(seed)))
        assert (again.digest, again.edit_digest) == (document.digest, document.edit_digest), name
