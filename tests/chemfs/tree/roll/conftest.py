"""A shoot in a library, whose roll is read again at each look-up."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.tree.roll import contents
from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar
from tests.support.by_path import ByPath


def make(place: Path, name: str, image: str | None = None) -> Repository:
    """The repository of an image."""
    picture = place.parent / "pictures" / name / (image or name)
    picture.parent.mkdir(parents=True)
    picture.write_bytes(name.encode())
    return Repository.init(place / name, picture)


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """A folder of a library with three images: one without a state, one with two branches."""
    place = tmp_path / "library" / "shoot"
    for name in ("a.NEF", "b.NEF", "c.NEF"):
        make(place, name)
    (tmp_path / "library" / "library.json").write_text("{}")
    save_xmp(Repository(place / "a.NEF"), MAIN, sidecar(1))
    save_xmp(Repository(place / "a.NEF"), BranchName("warm"), sidecar(2))
    save_xmp(Repository(place / "b.NEF"), MAIN, sidecar(3))
    return place


@pytest.fixture(autouse=True)
def looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes by others show at once, not within a second."""
    monkeypatch.setattr(contents, "_SECONDS", 0.0)


@pytest.fixture
def view(shoot: Path) -> ByPath:
    tree = ByPath(shoot.parent)
    tree.names("/shoot/roll")
    return tree


@pytest.fixture
def a(shoot: Path) -> Repository:
    return Repository(shoot / "a.NEF")
