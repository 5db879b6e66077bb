"""Which folders can be mountpoints, and the errors for the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.mount.daemon import unmount
from chemfs.mount.errors import MountpointUnusable, NotMounted
from chemfs.mount.mountpoint import is_dead, located, mounted_type, prepare


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


def test_empty_folder_is_accepted(tmp_path: Path, root: Path) -> None:
    place = tmp_path / "mnt"
    place.mkdir()
    prepare(place, root)


def test_missing_folder_is_rejected(tmp_path: Path, root: Path) -> None:
    with pytest.raises(MountpointUnusable, match=r": no such folder; create it first \(mkdir\)"):
        prepare(tmp_path / "mnt", root)


def test_file_is_rejected(tmp_path: Path, root: Path) -> None:
    (tmp_path / "mnt").touch()
    with pytest.raises(MountpointUnusable, match="not a folder"):
        prepare(tmp_path / "mnt", root)


def test_folder_with_files_is_rejected(tmp_path: Path, root: Path) -> None:
    (tmp_path / "mnt").mkdir()
    (tmp_path / "mnt" / "photo.tif").touch()
    with pytest.raises(MountpointUnusable, match="not empty"):
        prepare(tmp_path / "mnt", root)


def test_folder_inside_the_repository_is_rejected(root: Path) -> None:
    (root / "mnt").mkdir()
    with pytest.raises(MountpointUnusable, match="inside what is to be mounted"):
        prepare(root / "mnt", root)


def test_circular_links_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "mnt").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    prepare(tmp_path / "mnt", located(tmp_path / "circle"))
    with pytest.raises(MountpointUnusable, match="no such folder"):
        prepare(located(tmp_path / "circle"), tmp_path)


def test_mounted_folder_is_rejected(root: Path) -> None:
    with pytest.raises(MountpointUnusable, match=r"a filesystem \(proc\) is mounted there already"):
        prepare(Path("/proc"), root)


def test_folder_name_that_is_not_utf8_is_rejected(tmp_path: Path, root: Path) -> None:
    place = tmp_path / "m\udcffnt"
    place.mkdir()
    with pytest.raises(MountpointUnusable, match="not UTF-8"):
        prepare(place, root)


def test_mount_table_is_matched_by_exact_place(tmp_path: Path) -> None:
    assert mounted_type(Path("/proc")) == "proc"
    assert mounted_type(Path("/proc/self")) is None
    assert mounted_type(tmp_path) is None


def test_a_mountpoint_is_found_by_any_spelling(tmp_path: Path) -> None:
    (tmp_path / "mnt").mkdir()
    (tmp_path / "link").symlink_to("mnt")
    assert located(tmp_path / "link") == located(tmp_path / "other" / ".." / "mnt") == tmp_path / "mnt"


def test_folder_without_a_mount_cannot_be_unmounted(tmp_path: Path) -> None:
    assert not is_dead(tmp_path)
    with pytest.raises(NotMounted, match=r"^not a chemfs mount: '.*'; list mounts with `findmnt -t fuse.chemfs`$"):
        unmount(tmp_path)
