"""A library of many repositories: what is remembered of each, and what must not be forgotten."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from chemfs.tree import shelf
from chemfs.tree.filesystem import Filesystem
from chemfs.tree.nodes import Directory, File
from chemfs.tree.repository_view import RepositoryView
from chemigram_core.names import MaskName
from chemigram_core.repository import MAIN, Repository
from tests.chemfs.writing import write
from tests.support.builders import mask, saves, sidecar

REPOSITORIES, REMEMBERED = 12, 4
XMP, MASK = "/r0/heads/main/image.xmp", "/r0/heads/main/masks/sky.png"


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Filesystem:
    monkeypatch.setattr(shelf, "_LATEST", REMEMBERED)
    for number in range(REPOSITORIES):
        Repository.init(tmp_path / f"r{number}")
    return Filesystem(tmp_path)


def look_into_all(view: Filesystem) -> None:
    for number in range(1, REPOSITORIES):
        assert isinstance(view.node(f"/r{number}/heads/main"), Directory)
    gc.collect()


def open_views() -> int:
    gc.collect()
    return sum(isinstance(found, RepositoryView) for found in gc.get_objects())


def test_of_many_repositories_few_are_remembered(view: Filesystem) -> None:
    before = open_views()
    look_into_all(view)
    assert open_views() - before <= REMEMBERED


def test_a_file_that_is_being_written_is_not_forgotten(view: Filesystem) -> None:
    number = view.number(XMP, os.O_WRONLY | os.O_CREAT)
    view.handle(number).write(sidecar()[:100], 0)
    look_into_all(view)
    assert view.node(XMP) == File(0, view.node("/r0/heads/main").mtime_ns, 0o644)
    view.handle(number).write(sidecar(), 0)
    view.handle(number).flush()
    view.release(number)
    assert len(saves(Repository(view.root / "r0"))) == 1


def test_a_removal_that_waits_is_not_forgotten(view: Filesystem) -> None:
    write(view, XMP, sidecar())
    write(view, MASK, mask())
    changes, parts = view.changes(MASK)
    changes.remove(parts)
    look_into_all(view)
    view.start()
    view.stop()
    repository = Repository(view.root / "r0")
    assert len(saves(repository)) == 3
    assert MaskName("sky") not in repository.state(repository.tip(MAIN)).masks
