"""An open file that writes a draft. Knows no repository: the saver decides what a close does with the bytes."""

from __future__ import annotations

import os
import stat
from typing import Protocol

from chemfs.tree.heads.doubt import Doubt
from chemfs.tree.heads.draft import Draft
from chemfs.tree.heads.draft_table import DraftTable
from chemfs.tree.open_files import OpenFile, Stat, links_of

TRACKED_MODE = 0o644


class Closer(Protocol):
    """Decides what happens to a draft when it is closed."""

    def close(self, draft: Draft, descriptor: int) -> None:
        """A program closed the draft, which is open as `descriptor`. Raises why the bytes are not a valid save."""

    def release(self, draft: Draft, descriptor: int) -> None:
        """The last program closed an open file on the draft."""


class WritableFile(OpenFile):
    """Reads and writes one draft through a descriptor, which it owns."""

    __slots__ = ("_closer", "_descriptor", "_keeps", "_table", "draft")
    writes = True

    def __init__(self, descriptor: int, draft: Draft, table: DraftTable, closer: Closer, keeps: object) -> None:
        """`keeps` is what must stay in memory while the file is open."""
        self.draft = table.opened(draft)
        self._descriptor = descriptor
        self._table = table
        self._closer = closer
        self._keeps = keeps

    @property
    def is_own(self) -> bool:  # type: ignore[override]
        """Other programs still read the tip."""
        return self.draft.is_tracked

    def stat(self) -> Stat:
        status = os.fstat(self._descriptor)
        if self.draft.is_tracked:
            return Stat(status.st_size, status.st_mtime_ns, TRACKED_MODE)
        links, number = links_of(status)
        return Stat(status.st_size, status.st_mtime_ns, stat.S_IMODE(status.st_mode), links=links, number=number)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return os.pread(self._descriptor, size_bytes, offset_bytes)

    def write(self, data: bytes | memoryview, offset_bytes: int) -> int:
        end_bytes = offset_bytes + len(data)
        try:
            self.draft.check_size(end_bytes)
            write_all(self._descriptor, data, offset_bytes)
        except Exception as error:
            self._spoilt(error, end_bytes)
            raise
        self._table.written(self.draft, lambda doubt: doubt and doubt.after_write(offset_bytes, end_bytes))
        return len(data)

    def truncate(self, size_bytes: int) -> None:
        try:
            self.draft.check_size(size_bytes)
            os.ftruncate(self._descriptor, size_bytes)
        except Exception as error:
            self._spoilt(error, size_bytes)
            raise
        self._table.written(self.draft, lambda doubt: doubt and doubt.after_truncation(size_bytes))

    def flush(self) -> None:
        self._closer.close(self.draft, self._descriptor)

    def sync(self) -> None:
        """Make the bytes durable. After a failure it is unknown which of them the system has dropped."""
        try:
            os.fsync(self._descriptor)
        except Exception as error:
            self._spoilt(error)
            raise

    def release(self) -> None:
        try:
            self._closer.release(self.draft, self._descriptor)
        finally:
            os.close(self._descriptor)

    def _spoilt(self, error: Exception, end_bytes: int = 0) -> None:
        """A change failed that would have ended there: the file can't be saved until it is rewritten."""
        self._table.written(self.draft, lambda doubt: Doubt(error, max(end_bytes, doubt.end_bytes if doubt else 0)))


def write_all(descriptor: int, data: bytes | memoryview, offset_bytes: int) -> None:
    """Write everything or fail: the writeback of a mapping does not check how much was written."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, offset_bytes)
        rest, offset_bytes = rest[written:], offset_bytes + written
