"""The names that the kernel may cache, when they become stale, and which requests are refused once."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from inotify_simple import Event, INotify, flags

from chemfs.mount import watches
from chemfs.mount.cached_names import CachedNames
from chemfs.mount.inode import Inode
from chemfs.tree.nodes import File, Folder, Source

NAMES = "main", "side"


class Branch(Folder):
    """A folder whose files depend on one file on disk, and on all files of another folder."""

    def __init__(self, disk: Path, ref: str) -> None:
        self._disk, self._ref = disk, ref

    @property
    def sources(self) -> tuple[Source, ...]:
        return Source(str(self._disk / "refs"), self._ref), Source(str(self._disk / "raw"), "")


class Place:
    """Cached names over a folder on disk; `dropped` are the inodes whose attributes the kernel was asked to drop."""

    def __init__(self, disk: Path) -> None:
        self.disk = disk
        self.dropped: list[int] = []
        self.kept = CachedNames(self.dropped.append)
        root = Inode(1, None, "", Folder(), None)
        self.folders = {name: Inode(10 + at, root, name, Branch(disk, name), None) for at, name in enumerate(NAMES)}
        self.files = {
            name: Inode(20 + at, self.folders[name], "image.xmp", File(), None) for at, name in enumerate(NAMES)
        }

    def keep(self, name: str = "main") -> bool:
        """Look up the file of a branch."""
        self.kept.hear()
        seen = self.kept.look(self.folders[name].folder.sources)
        return seen is not None and self.kept.keep(self.files[name], seen)

    def stale(self) -> list[str]:
        """The branches whose files are stale."""
        self.kept.hear()
        return [name for name, file in self.files.items() if file.is_stale]

    def replace(self, name: str = "main") -> None:
        """Move a ref as a save does."""
        (self.disk / "refs" / "new").write_text("other")
        (self.disk / "refs" / "new").replace(self.disk / "refs" / name)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for folder in ("refs", "raw"):
        (tmp_path / folder).mkdir()
    for name in NAMES:
        (tmp_path / "refs" / name).write_text("one")
    place = Place(tmp_path)
    assert place.keep("main")
    assert place.keep("side")
    return place


def test_files_of_a_moved_ref_become_stale_and_no_others(place: Place) -> None:
    place.replace("main")
    assert (place.stale(), place.dropped) == (["main"], [20])


def test_another_file_beside_the_ref_changes_nothing(place: Place) -> None:
    (place.disk / "refs" / "other").write_text("one")
    assert place.stale() == []


def test_ref_written_in_place_or_removed_is_a_change(place: Place) -> None:
    (place.disk / "refs" / "main").write_text("other")
    (place.disk / "refs" / "side").unlink()
    assert place.stale() == ["main", "side"]


def test_new_image_is_a_change_for_every_ref(place: Place) -> None:
    (place.disk / "raw" / "b.tif").symlink_to("anywhere")
    assert place.stale() == ["main", "side"]


def test_file_found_again_is_not_stale(place: Place) -> None:
    place.replace()
    assert place.stale() == ["main"]
    assert place.keep()
    assert place.stale() == []
    place.replace()
    assert place.stale() == ["main"]


def test_name_is_not_kept_if_its_ref_moves_during_the_look_up(place: Place) -> None:
    seen = place.kept.look(place.folders["main"].folder.sources)
    place.replace()
    assert seen is not None
    assert not place.kept.keep(place.files["main"], seen)
    assert place.stale() == ["main"]


@pytest.mark.parametrize("away", ["removed", "renamed"])
def test_removed_or_renamed_folder_is_a_change_and_its_successor_is_watched(place: Place, away: str) -> None:
    if away == "renamed":
        (place.disk / "refs").rename(place.disk / "moved")
    else:
        for name in NAMES:
            (place.disk / "refs" / name).unlink()
        (place.disk / "refs").rmdir()
    assert place.stale() == ["main", "side"]
    assert not place.keep()
    (place.disk / "refs").mkdir()
    assert place.keep()
    (place.disk / "refs" / "main").write_text("new")
    assert place.stale() == ["main", "side"]


def test_all_files_become_stale_if_events_were_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(INotify, "read", lambda *_, **__: [Event(-1, flags.Q_OVERFLOW, 0, "")])
    assert place.stale() == ["main", "side"]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES])
def test_nothing_is_kept_without_a_watch(place: Place, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    def refuse(*_: object) -> int:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(INotify, "add_watch", refuse)
    assert not place.keep()


def test_nothing_is_kept_without_an_inotify_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(watches, "INotify", refuse)
    assert not Place(tmp_path).keep()


def test_nothing_is_kept_on_a_network_drive(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "type_of", lambda _: "nfs4")
    (place.disk / "raw").rename(place.disk / "elsewhere")
    (place.disk / "raw").mkdir()  # a folder that is new to the watches
    assert not place.keep()
    assert not place.keep()


def test_rename_is_refused_once_and_the_name_is_not_kept_meanwhile(place: Place) -> None:
    folder = place.folders["main"]
    assert place.kept.release(folder, "image.xmp")
    assert not place.keep()
    assert not place.kept.release(folder, "image.xmp")


def test_rename_after_a_removal_is_not_refused(place: Place) -> None:
    place.kept.removed(place.folders["main"], "image.xmp")
    assert not place.kept.release(place.folders["main"], "image.xmp")


def test_forgotten_inodes_are_not_notified(place: Place) -> None:
    for inode in (place.files["main"], place.folders["main"]):
        inode.is_kept = True
        place.kept.forgotten(inode)
    place.replace()
    assert (place.stale(), place.dropped) == ([], [])


def test_names_are_stale_once_their_folder_has_other_sources(place: Place) -> None:
    folder = place.folders["main"]
    folder.show(Branch(place.disk, "side"))
    second = Inode(30, folder, "a.tif.xmp", File(), None)
    seen = place.kept.look(folder.folder.sources)
    assert seen is not None
    assert place.kept.keep(second, seen)
    assert place.stale() == ["main"]
