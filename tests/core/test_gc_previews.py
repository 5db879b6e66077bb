"""gc removes previews that nothing shows; fsck accepts them all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from chemigram_core.fsck import check
from chemigram_core.gc import collect, find_garbage
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import delete_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import MAIN, Repository
from tests.support import builders
from tests.support.previews import put_preview

NOW, OTHER = timedelta(0), BranchName("other")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A state on a branch, and one that nothing reaches."""
    repository = Repository.init(tmp_path / "repository", builders.picture(tmp_path / "a.tif"))
    save_xmp(repository, MAIN, builders.sidecar(1))
    save_xmp(repository, OTHER, builders.sidecar(2))
    delete_branch(repository, OTHER)
    return repository


def test_pictures_go_with_their_snapshots(repository: Repository) -> None:
    kept, gone = (put_preview(repository, snapshot) for snapshot in builders.saves(repository))
    assert check(repository.root) == []
    assert [one.name for one in find_garbage(repository, NOW).previews] == [gone]
    assert find_garbage(repository).previews == (), "the snapshot is too young to go"
    assert [one.name for one in collect(repository, NOW).previews] == [gone]
    assert collect(repository, NOW).previews == ()
    assert [name for names in Previews(repository.root).listed().values() for name in names] == [kept]


def test_pictures_of_an_image_that_is_away_stay(repository: Repository, tmp_path: Path) -> None:
    kept = put_preview(repository, repository.resolve("main"))
    (tmp_path / "a.tif").unlink()
    assert collect(repository, NOW).previews == ()
    builders.picture(tmp_path / "a.tif", (10, 10))
    assert [one.name for one in collect(repository, NOW).previews] == [kept]
