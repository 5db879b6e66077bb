"""A library of many repositories: what is cached of each, and what must not be dropped."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from chemfs.tree import library
from chemfs.tree.nodes import Folder
from chemfs.tree.open_repository import OpenRepository
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, saves, sidecar
from tests.support.by_path import ByPath

REPOSITORIES, REMEMBERED = 12, 4
XMP, MASK = "/r0/heads/main/image.xmp", "/r0/heads/main/masks/sky.png"


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ByPath:
    monkeypatch.setattr(library, "_LATEST", REMEMBERED)
    for number in range(REPOSITORIES):
        Repository.init(tmp_path / f"r{number}")
    return ByPath(tmp_path)


def look_into_all(view: ByPath) -> None:
    for number in range(1, REPOSITORIES):
        assert isinstance(view.node(f"/r{number}/heads/main"), Folder)
    gc.collect()


def open_repositories() -> int:
    gc.collect()
    return sum(isinstance(found, OpenRepository) for found in gc.get_objects())


def test_number_of_open_repositories_is_limited(view: ByPath) -> None:
    before = open_repositories()
    look_into_all(view)
    assert open_repositories() - before <= REMEMBERED


def test_repository_with_an_open_draft_stays_open(view: ByPath) -> None:
    opened = view.open(XMP, os.O_WRONLY | os.O_CREAT)
    opened.write(sidecar()[:100], 0)
    look_into_all(view)
    assert view.node(XMP).stat()[:2] == (0, view.node("/r0/heads/main").stat().mtime_ns)
    opened.write(sidecar(), 0)
    opened.flush()
    opened.release()
    assert len(saves(Repository(view.store / "r0"))) == 1


def test_repository_with_a_pending_removal_stays_open(view: ByPath) -> None:
    view.write(XMP, sidecar())
    view.write(MASK, mask())
    view.remove(MASK)
    look_into_all(view)
    view.tree.start()
    view.tree.stop()
    repository = Repository(view.store / "r0")
    assert len(saves(repository)) == 3
    assert MaskName("sky") not in repository.state(repository.tip(MAIN)).masks


def test_lock_place_survives_looking_at_other_repositories(view: ByPath) -> None:
    save_xmp(Repository(view.store / "r0"), MAIN, sidecar())
    place = view.node(XMP).place
    look_into_all(view)
    assert view.node(XMP).place == place
