"""Saves that were never acknowledged: the branch shows nothing of them, and nobody's bytes are thrown away."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from chemfs.tree.heads import orphaned_drafts
from chemfs.tree.heads.draft_files import DraftFiles
from chemigram_core.sidecar import parse
from tests.mounted.conftest import Mounted, mount_repository
from tests.support.builders import mask, saves, sidecar

pytestmark = pytest.mark.needs_fuse


def rejected(mount: Mounted) -> list[bytes]:
    folder = mount.repository.root / "rejected"
    return [path.read_bytes() for path in sorted(folder.glob("*")) if not path.name.endswith(".reason.txt")]


def until(met: object, seconds: float = 5) -> None:
    assert callable(met)
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_drafts_of_a_killed_mount_are_kept_in_rejected(mount: Mounted) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    unsaved, empty = (os.open(mount.branch / name, os.O_WRONLY | os.O_CREAT) for name in ("image.xmp", "masks/m.png"))
    os.ftruncate(unsaved, 0)
    os.write(unsaved, sidecar(9))
    mount.kill()
    for descriptor in (unsaved, empty):
        with pytest.raises(OSError, match="not connected"):
            os.close(descriptor)
    again = mount_repository(mount.repository.root, mount.path)
    try:
        until(lambda: rejected(mount) == [sidecar(9)])
        (reason,) = mount.repository.rejected.all()
        assert "main-image.xmp" in reason.reason
        assert len(saves(mount.repository)) == 1
        until(lambda: not os.listdir(mount.repository.root / "scratch" / ".drafts"))
    finally:
        again.unmount()


def test_draft_equal_to_its_branch_is_deleted(mount: Mounted) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    (mount.branch / "masks" / "m.png").write_bytes(mask())
    folder = mount.repository.root / "scratch" / ".drafts"
    until(lambda: not os.listdir(folder))  # the kernel gives a file back a moment after it was closed
    for name, data in {
        "1-main-image.xmp": sidecar(timestamp=5),
        "2-main-m.png": mask(compress_level=1),
        "3-x": b"",
    }.items():
        (folder / name).write_bytes(data)
    orphaned_drafts.hand_back(mount.repository.root)
    assert rejected(mount) == []
    assert os.listdir(folder) == []


def test_drafts_of_a_running_mount_are_left(mount: Mounted) -> None:
    store = DraftFiles(mount.repository.root)
    path = store.path("heads/main/image.xmp")
    descriptor = store.create(path)
    os.write(descriptor, b"being written")
    orphaned_drafts.hand_back(mount.repository.root)
    assert path.exists()
    os.close(descriptor)
    orphaned_drafts.hand_back(mount.repository.root)
    assert rejected(mount) == [b"being written"]


def test_failed_save_is_reported_kept_and_not_retried_silently(mount: Mounted) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    blocked = mount.repository.root / "objects" / parse(sidecar(9)).digest.shard
    blocked.write_bytes(b"a file where a folder belongs")
    with pytest.raises(OSError, match="Not a directory"):
        (mount.branch / "image.xmp").write_bytes(sidecar(9))
    until(lambda: rejected(mount) == [sidecar(9)])
    blocked.unlink()
    assert len(saves(mount.repository)) == 1
    (mount.branch / "image.xmp").write_bytes(sidecar(9))
    assert len(saves(mount.repository)) == 2


@pytest.mark.parametrize("path", ["image.xmp", "masks/m.png"])
def test_oversized_file_is_refused_while_being_written(mount: Mounted, path: str) -> None:
    file = (mount.branch / path).open("wb", buffering=0)
    for change in (lambda: file.truncate(1 << 40), file.close):
        with pytest.raises(OSError, match="File too large"):
            change()


def test_long_names_of_any_script_can_be_written(mount: Mounted) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    (mount.path / "heads" / ("朝" * 60)).mkdir()
    (mount.path / "heads" / ("朝" * 60) / "masks" / ("夜" * 60 + ".png")).write_bytes(mask())
    assert len(saves(mount.repository)) == 2


def test_a_fifo_among_other_programs_files_blocks_nobody(mount: Mounted) -> None:
    (mount.branch / "notes.txt").write_bytes(b"scratch")
    os.mkfifo(mount.repository.root / "scratch" / "main" / "fifo")
    for mode in ("rb", "wb"):
        with pytest.raises(OSError):  # EIO, or ENXIO where nobody reads it
            (mount.branch / "fifo").open(mode)
    assert sorted(os.listdir(mount.branch)) >= ["a.tif"]
    assert Path(mount.branch / "notes.txt").read_bytes() == b"scratch"
