"""Opening branches with old sidecars in the real darktable saves nothing, unless darktable itself changes the edit."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.darktable.conftest import NEEDS_DARKTABLE
from tests.support.old_sidecars import SIDECARS
from tests.support.openings import Opening, openings
from tests.support.screen import Screen

pytestmark = NEEDS_DARKTABLE
CHANGED = {  # by darktable 4.2.1
    "named, version 1 Bag": 'named "dark"',
    "named, version 1 Seq": 'named "dark"',
    "two creators": "A. Person, B. Person",
    "title in two languages": 'Title: "',
    "title in one language": 'Title: "See" (de) → "See"',
    "a keyword that no tag has": 'removed "dawn"',
    "latitude alone": "Latitude: ",
    "label against color labels": "Color labels: blue → red",
}


@pytest.fixture(scope="module")
def found(screen: Screen) -> dict[str, Opening]:
    with TemporaryDirectory(prefix="chemfs-") as folder:
        return {opening.name: opening for opening in openings(screen, SIDECARS, Path(folder))}


def test_darktable_writes_every_sidecar(found: dict[str, Opening]) -> None:
    assert len(found) >= 60
    assert all(opening.writes for opening in found.values())


def test_opening_a_branch_creates_a_snapshot_only_for_listed_changes(found: dict[str, Opening]) -> None:
    assert {name for name, opening in found.items() if opening.snapshots} == CHANGED.keys()


def test_each_listed_change_occurs(found: dict[str, Opening]) -> None:
    assert {name for name, change in CHANGED.items() if change not in found[name].change} == set()
    assert all(opening.snapshots <= 1 for opening in found.values())
