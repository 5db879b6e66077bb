"""The repositories of a library: all of them, in order, and none left out silently."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemigram_core.folder_kind import ARepository, NotALibrary
from chemigram_core.library.members import UnlistedFolder, members
from chemigram_core.repository import Repository


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for name in ("b/2.NEF", "b/1.NEF", "a.NEF", "b/deep/er/3.NEF"):
        Repository.init(tmp_path / name)
    return tmp_path


def test_repositories_are_listed_in_path_order(library: Path) -> None:
    assert [(one.path, one.root) for one in members(library)] == [
        (path, library / path) for path in ("a.NEF", "b/1.NEF", "b/2.NEF", "b/deep/er/3.NEF")
    ]
    assert [one.path for one in members(library / "b")] == ["1.NEF", "2.NEF", "deep/er/3.NEF"]


def test_damaged_repository_is_listed(library: Path) -> None:
    (library / "b/1.NEF/HEAD").unlink()
    assert "b/1.NEF" in [one.path for one in members(library)]


def test_links_and_hidden_folders_are_skipped(library: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    Repository.init(elsewhere / "4.NEF")
    (library / "link").symlink_to(elsewhere)
    Repository.init(library / ".hidden" / "5.NEF")
    assert len(members(library)) == 4


def test_unlistable_folder_is_named(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.scandir

    def scandir(folder: object) -> object:
        if isinstance(folder, int) and os.readlink(f"/proc/self/fd/{folder}").endswith("deep"):
            raise PermissionError(13, "Permission denied")
        return really(folder)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", scandir)
    found = {one.path: one.error for one in members(library)}
    assert list(found) == ["a.NEF", "b/1.NEF", "b/2.NEF", "b/deep"]
    assert isinstance(found["b/deep"], UnlistedFolder)


def test_folder_that_is_not_a_library_is_refused(library: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ARepository):
        members(library / "a.NEF")
    with pytest.raises(NotALibrary):
        members(tmp_path_factory.mktemp("photos"))
