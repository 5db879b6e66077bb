"""Real sidecars, where they are at hand: an import by darktable reads as clerical, wherever the edit is the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from chemigram_core.compare import as_markdown, as_text, compare_paths
from chemigram_core.sidecar import parse
from tests.core.compare.conftest import CORPUS

ORIGINALS = sorted((CORPUS / "original").glob("*.xmp"))
IMPORTS = [
    pytest.param(path, path.parents[1] / version / path.name, id=f"{version}-{path.stem}")
    for path in ORIGINALS
    for version in ("reimported-by-4.2.1", "reimported-by-5.4.1", "reimported-by-3.4.1")
    if (path.parents[1] / version / path.name).exists()
]


@pytest.mark.parametrize(("original", "imported"), IMPORTS)
def test_an_import_is_clerical_exactly_where_the_edit_is_the_same(original: Path, imported: Path) -> None:
    changes = compare_paths(original, imported)
    same = parse(original.read_bytes()).edit_digest == parse(imported.read_bytes()).edit_digest
    assert (changes.root is None or "clerical" in changes.root.tags) == same
    assert (as_text(changes).startswith(("Bookkeeping\n", "No changes."))) == same


@pytest.mark.parametrize(("left", "right"), list(pairwise(ORIGINALS)), ids=lambda path: path.stem)
def test_any_two_edits_are_distinguished_in_words(left: Path, right: Path) -> None:
    changes = compare_paths(left, right)
    same = parse(left.read_bytes()).digest == parse(right.read_bytes()).digest
    assert (changes.root is None) == same
    assert ("No changes." in as_markdown(changes)) == same
