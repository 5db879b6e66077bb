"""Many files made durable together: which syncs wait, where they may wait, and what a failure says."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest

from chemigram_core.durable import filesystem, mount_table
from chemigram_core.durable.filesystem import Filesystem
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.sync import Deferred
from tests.core.calls import count_calls


def write_all(root: Path) -> None:
    with Folder.make(root, "folder") as folder:
        folder.write("file", b"bytes")
        with folder.append("log", b"line\n") as append:
            append.sync()


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (Deferred.NOTHING, 5),  # the new folder, the file and its folder, the log and its folder
        (Deferred.NAMES, 1),  # the file that may replace another
        (Deferred.EVERYTHING, 0),
    ],
)
def test_deferred_syncs_happen_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: Deferred, expected: int
) -> None:
    fsyncs, syncfs = count_calls(monkeypatch, os, "fsync"), count_calls(monkeypatch, filesystem, "_syncfs")
    with Filesystem(tmp_path) as disk:
        with disk.deferring(what):
            write_all(tmp_path)
        assert (len(fsyncs), len(syncfs)) == (expected, 0)
        disk.sync()
    assert len(syncfs) == 1
    assert (tmp_path / "folder" / "file").read_bytes() == b"bytes"


def test_afterwards_nothing_is_deferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Filesystem(tmp_path) as disk:
        with disk.deferring(Deferred.NAMES), disk.deferring(Deferred.EVERYTHING):
            pass
        fsyncs = count_calls(monkeypatch, os, "fsync")
        write_all(tmp_path)
    assert len(fsyncs) == 5


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (mount_table, "type_of", "fuse.sshfs"),
        (mount_table, "type_of", "fuseblk"),
        (filesystem, "_kernel", (5, 7)),
    ],
)
def test_each_file_is_synced_where_syncfs_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, value: object
) -> None:
    monkeypatch.setattr(module, name, lambda *_: value)
    fsyncs, syncfs = count_calls(monkeypatch, os, "fsync"), count_calls(monkeypatch, filesystem, "_syncfs")
    with Filesystem(tmp_path) as disk:
        with disk.deferring(Deferred.EVERYTHING):
            write_all(tmp_path)
        disk.sync()
    assert (len(fsyncs), len(syncfs)) == (5, 0)


def test_the_type_of_a_filesystem_is_known() -> None:
    for place, known in (("/proc", "proc"), ("/dev/shm", "tmpfs")):  # noqa: S108
        descriptor = os.open(place, os.O_RDONLY)
        try:
            assert mount_table.type_of(descriptor) == known
        finally:
            os.close(descriptor)


def test_failed_writeback_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "_syncfs", lambda _: -1)
    with Filesystem(tmp_path) as disk, pytest.raises(OSError):
        disk.sync()
