"""A library as a tree of folders: what of it a mount shows, what it refuses to show, and what that costs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemfs.tree.errors import NotFound, ReadOnly
from chemfs.tree.tree import Tree
from chemigram_core.errors import NotARepository
from chemigram_core.folder_kind import ARepository, NotALibrary, is_library
from chemigram_core.library_folders import Library, shown_name, stored_name
from chemigram_core.repository import Repository
from tests.support.builders import sidecar
from tests.support.by_path import ByPath
from tests.support.counts import counted

XMP = "heads/main/image.xmp"
OWN = ["README.txt", "roll", "tagged"]  # in each folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A library with a shoot of two repositories, below a year."""
    place = tmp_path / "library"
    for name in ("a.NEF", "b.NEF"):
        Repository.init(place / "2026" / "wedding" / name)
    (place / "library.json").write_text("{}")
    return place


def test_the_folders_of_a_library_are_shown_as_they_are(root: Path) -> None:
    view = ByPath(root)
    assert view.names("/") == [*OWN, "2026"]
    assert view.names("/2026") == [*OWN, "wedding"]
    assert view.names("/2026/wedding") == [*OWN, "a.NEF", "b.NEF"]
    view.write(f"/2026/wedding/a.NEF/{XMP}", sidecar())
    assert Repository(root / "2026/wedding/a.NEF").resolve("HEAD")


def test_new_folders_and_repositories_appear(root: Path) -> None:
    view = ByPath(root)
    Repository.init(root / "2027" / "new.NEF")
    assert view.names("/") == [*OWN, "2026", "2027"]
    assert "heads" in view.names("/2027/new.NEF")


def test_a_folder_of_a_library_is_mounted_alone(root: Path) -> None:
    assert ByPath(root / "2026").names("/") == [*OWN, "wedding"]


def test_deep_folders_are_reached(root: Path) -> None:
    deep = "/".join(["deep"] * 60)
    Repository.init(root / deep / "a.NEF")
    assert "heads" in ByPath(root).names(f"/{deep}/a.NEF")


def test_files_links_and_hidden_folders_are_not_shown(root: Path, tmp_path: Path) -> None:
    Repository.init(tmp_path / "elsewhere" / "c.NEF")
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (root / "loop").symlink_to(root)
    (root / "file").write_text("")
    Repository.init(root / ".hidden" / "d.NEF")
    Repository.init(root / ".e.NEF")
    view = ByPath(root)
    assert view.names("/") == [*OWN, "2026"]
    for name in ("link", "loop", "file", ".hidden", ".e.NEF", "library.json", "..", "."):
        with pytest.raises(NotFound):
            view.node("/").lookup(name)  # type: ignore[attr-defined]
    assert [Path(path).name for path in Library(root).repositories()].count("c.NEF") == 0


def test_link_in_place_of_a_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    view = ByPath(root)
    folder = view.folder("/2026/wedding")
    (root / "2026").rename(tmp_path / "elsewhere")
    (root / "2026").symlink_to(tmp_path / "elsewhere")
    with pytest.raises((NotFound, OSError)):
        folder.lookup("a.NEF")


def test_reserved_names_are_shown_with_an_underscore(root: Path) -> None:
    for name in ("roll", "tagged", "tagged_"):
        Repository.init(root / name / f"in-{name}.NEF")
    view = ByPath(root)
    assert view.names("/") == [*OWN, "2026", "roll_", "tagged_", "tagged__"]
    assert view.names("/roll_") == [*OWN, "in-roll.NEF"]
    assert view.names("/tagged_") == [*OWN, "in-tagged_.NEF"]
    assert view.names("/tagged__") == [*OWN, "in-tagged.NEF"]
    assert view.names("/roll") == []
    with pytest.raises(NotFound):
        view.node("/roll__")


def test_imported_folders_get_names_that_are_not_reserved() -> None:
    names = ["roll", "roll_", "roll__", "tagged", "rolls", "ro_ll"]
    stored = [stored_name(name) for name in names]
    assert stored == ["roll_", "roll__", "roll___", "tagged_", "rolls", "ro_ll"]
    assert [shown_name(name, stored) for name in stored] == stored


def test_folders_of_a_library_are_read_only(root: Path) -> None:
    view = ByPath(root)
    with pytest.raises(ReadOnly):
        view.make_folder("/2026/new")
    with pytest.raises(ReadOnly):
        view.write("/2026/wedding/file", b"")
    with pytest.raises(ReadOnly):
        view.remove("/README.txt")
    with pytest.raises(ReadOnly):
        view.rename("/2026/wedding", "/2026/party")


def test_repository_is_opened_only_once(root: Path) -> None:
    view = ByPath(root)
    first = view.repository("/2026/wedding/a.NEF")
    assert view.repository("/2026/wedding/a.NEF") is first
    folder = view.folder("/2026/wedding/a.NEF")
    (root / "2026" / "wedding").rename(root / "2026" / "party")
    moved = view.repository("/2026/party/a.NEF")
    assert moved.repository.root == root / "2026" / "party" / "a.NEF"
    assert view.repository("/2026/party/a.NEF") is moved
    with pytest.raises(NotFound):
        folder.stat()


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: (path / "2026").mkdir(parents=True)], ids=["empty", "full"])
def test_folder_that_is_not_a_library_is_rejected(tmp_path: Path, make: object) -> None:
    make(tmp_path / "photographs")  # type: ignore[operator]
    with pytest.raises(NotALibrary, match="chemfs import SHOOT LIBRARY"):
        Tree(tmp_path / "photographs")


def test_missing_folder_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(NotARepository):
        Tree(tmp_path / "missing")


def test_library_is_recognized(root: Path, tmp_path: Path) -> None:
    assert all(map(is_library, (root, root / "2026", root / "2026" / "wedding")))
    (root / ".hidden").mkdir()
    others = (tmp_path, root / "2026/wedding/a.NEF", root / "2026/wedding/a.NEF/objects", root / ".hidden")
    assert not any(map(is_library, others))
    (root / "library.json").unlink()
    assert is_library(root / "2026" / "wedding"), "a repository is directly inside it"
    assert not is_library(root)
    with pytest.raises(ARepository):
        Library(root / "2026/wedding/a.NEF")


def test_a_listing_opens_no_repository(root: Path) -> None:
    folder = ByPath(root).folder("/2026/wedding")
    for number in range(200):
        Repository.init(root / "2026" / "wedding" / f"{number}.NEF")
    with counted() as counts:
        assert len(list(folder.entries())) == 202 + len(OWN)
    assert counts.opens <= 2
    assert counts.stats <= 3 * 202 + 10


def test_a_mount_looks_for_drafts_without_opening_repositories(root: Path) -> None:
    for number in range(50):
        Repository.init(root / "2026" / "wedding" / f"{number}.NEF")
    (root / "2026" / "wedding" / "7.NEF" / "scratch" / ".drafts").mkdir(parents=True)
    (root / "2026" / "wedding" / "7.NEF" / "scratch" / ".drafts" / "1-main-image.xmp").write_bytes(sidecar())
    with counted() as counts:
        tree = Tree(root)
        found = list(tree._repositories.with_drafts())
    assert [path.name for path in found] == ["7.NEF"]
    assert counts.opens <= 5
    tree.start()
    tree.stop()
    assert len(Repository(found[0]).rejected.all()) == 1


def test_unlistable_folder_does_not_hide_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Repository.init(root / "2025" / "c.NEF")
    really = os.scandir

    def scandir(path: object) -> object:
        if str(path).endswith("2026"):
            raise PermissionError(13, "Permission denied")
        return really(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", scandir)
    assert [Path(path).name for path in Library(root).repositories()] == ["c.NEF"]
