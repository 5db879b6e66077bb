"""What was read from a file is remembered until the file may have changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemigram_core.durable.file_cache import FileCache


class Reader:
    """Reads a file through a cache and counts how often it really did."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cache: FileCache[bytes] = FileCache(10)
        self.reads = 0

    def read(self) -> bytes:
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            return self._cache.get(descriptor, self._really)
        finally:
            os.close(descriptor)

    def _really(self, descriptor: int, _: os.stat_result) -> bytes:
        self.reads += 1
        return os.pread(descriptor, 100, 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"one")
    return tmp_path / "file"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is a second further than it is: what was written just now is no longer young."""
    import time

    really = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: really() + 1_000_000_000)


@pytest.mark.usefixtures("later")
def test_a_file_is_read_once(path: Path) -> None:
    reader = Reader(path)
    assert [reader.read() for _ in range(3)] == [b"one"] * 3
    assert reader.reads == 1


def test_a_young_file_is_read_again(path: Path) -> None:
    reader = Reader(path)
    os.utime(path, ns=(0, 0))  # which makes it look old, but for the time of the change
    for text in (b"one", b"two", b"six"):
        path.write_bytes(text)
        assert reader.read() == text
    assert reader.reads == 3


def test_change_within_one_clock_tick_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, status = Reader(path), path.stat()
    monkeypatch.setattr(os, "fstat", lambda _: status)
    assert reader.read() == b"one"
    path.write_bytes(b"two")
    assert reader.read() == b"two"


@pytest.mark.usefixtures("later")
def test_a_file_that_was_replaced_is_read_again(path: Path) -> None:
    reader, status = Reader(path), path.stat()
    reader.read()
    path.with_name("new").write_bytes(b"two")
    os.utime(path.with_name("new"), ns=(status.st_atime_ns, status.st_mtime_ns))
    path.with_name("new").replace(path)
    assert reader.read() == b"two"


def test_failed_reads_are_not_cached(path: Path) -> None:
    cache: FileCache[bytes] = FileCache(10)

    def failing(_: int, __: os.stat_result) -> bytes:
        raise OSError("no")

    descriptor = os.open(path, os.O_RDONLY)
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            cache.get(descriptor, failing)
    os.close(descriptor)
