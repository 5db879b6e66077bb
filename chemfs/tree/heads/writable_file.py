"""An open file that writes a draft. Knows no repository: the saver decides what a close does with the bytes."""

from __future__ import annotations

import os
import stat
from typing import Protocol

from chemfs.tree.heads.draft import Draft
from chemfs.tree.heads.draft_table import DraftTable
from chemfs.tree.open_files import OpenFile, Stat

TRACKED_MODE = 0o644


class Closer(Protocol):
    """Decides what happens to a draft when it is closed."""

    def close(self, draft: Draft) -> None:
        """A descriptor on the draft was closed. Raises the reason if the bytes are not a valid save."""

    def release(self, draft: Draft) -> None:
        """The last descriptor of an open file was closed."""


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
        """Other programs go on reading the tip."""
        return self.draft.is_tracked

    def stat(self) -> Stat:
        status = os.fstat(self._descriptor)
        mode = TRACKED_MODE if self.draft.is_tracked else stat.S_IMODE(status.st_mode)
        return Stat(status.st_size, status.st_mtime_ns, mode)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return os.pread(self._descriptor, size_bytes, offset_bytes)

    def write(self, data: bytes | memoryview, offset_bytes: int) -> int:
        self.draft.check_size(offset_bytes + len(data))
        written = os.pwrite(self._descriptor, data, offset_bytes)
        self._table.written(self.draft)
        return written

    def truncate(self, size_bytes: int) -> None:
        self.draft.check_size(size_bytes)
        os.ftruncate(self._descriptor, size_bytes)
        self._table.written(self.draft)

    def flush(self) -> None:
        self._closer.close(self.draft)

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def release(self) -> None:
        try:
            os.close(self._descriptor)
        finally:
            self._closer.release(self.draft)
