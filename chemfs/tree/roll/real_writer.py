"""Other programs' files in a roll as they are written; one may be renamed onto a sidecar before it is closed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from chemfs.tree.heads.doubt import Doubt, file_id
from chemfs.tree.heads.scratch import Scratch
from chemfs.tree.heads.tracked import Parts
from chemfs.tree.heads.writable_file import write_all
from chemfs.tree.open_files import Caching, OpenFile, SharedFile, Stat

_PIECE_BYTES = 1 << 20


class RealWriter(SharedFile):
    """An open file that is written. Renamed onto a sidecar's name while it is open, it writes the sidecar."""

    __slots__ = ("_file", "_lock", "_scratch", "_sidecar", "is_unsaved", "parts")
    writes = True

    def __init__(self, scratch: RollScratch, parts: Parts, descriptor: int) -> None:
        super().__init__(descriptor, Caching.NORMAL, None)
        self._scratch, self.parts = scratch, parts
        self._lock = Lock()  # a write comes before or after the rename that makes it another file, not in between
        self._sidecar: OpenFile | None = None
        status = os.fstat(descriptor)
        self._file, self.is_unsaved = file_id(status), not status.st_size
        scratch.writers.add(self)

    @property
    def is_own(self) -> bool:  # type: ignore[override]
        """Whether other programs see something else under its name."""
        return self._sidecar is not None

    def becomes(self, sidecar: OpenFile) -> None:
        """Write into `sidecar` from now on, which gets all bytes that are there. Bytes that were closed are saved.

        Raises the reason if they are not a valid save.
        """
        with self._lock:
            for start_bytes in range(0, os.fstat(self.descriptor).st_size, _PIECE_BYTES):
                sidecar.write(os.pread(self.descriptor, _PIECE_BYTES, start_bytes), start_bytes)
            if not self.is_unsaved:
                sidecar.flush()
            self._sidecar = sidecar
        self._scratch.writers.discard(self)

    def stat(self) -> Stat:
        return super().stat() if self._sidecar is None else self._sidecar.stat()

    def read(self, size_bytes: int, offset_bytes: int) -> bytes | memoryview:
        if self._sidecar is not None:
            return self._sidecar.read(size_bytes, offset_bytes)
        return super().read(size_bytes, offset_bytes)

    def write(self, data: bytes | memoryview, offset_bytes: int) -> int:
        with self._lock:
            if self._sidecar is not None:
                return self._sidecar.write(data, offset_bytes)
            self.is_unsaved = True
            end_bytes = offset_bytes + len(data)
            with self._spoiling(end_bytes):
                write_all(self.descriptor, data, offset_bytes)
            self._doubted(lambda doubt: doubt.after_write(offset_bytes, end_bytes))
            return len(data)

    def truncate(self, size_bytes: int) -> None:
        with self._lock:
            if self._sidecar is not None:
                self._sidecar.truncate(size_bytes)
            else:
                self.is_unsaved = True
                with self._spoiling(size_bytes):
                    os.ftruncate(self.descriptor, size_bytes)
                self._doubted(lambda doubt: doubt.after_truncation(size_bytes))

    def flush(self) -> None:
        with self._lock:
            if self._sidecar is not None:
                self._sidecar.flush()
            elif os.fstat(self.descriptor).st_size:  # shells close a duplicate before they write
                self.is_unsaved = False

    def sync(self) -> None:
        if self._sidecar is not None:
            self._sidecar.sync()
        else:
            with self._spoiling(0):
                os.fsync(self.descriptor)

    @contextmanager
    def _spoiling(self, end_bytes: int) -> Iterator[None]:
        """A change that would end there: if it fails, the file can't be saved until it is rewritten."""
        try:
            yield
        except OSError as error:
            known = self._scratch.doubts.get(self._file)
            self._scratch.doubts[self._file] = Doubt(error, max(end_bytes, known.end_bytes if known else 0))
            raise

    def _doubted(self, change: Callable[[Doubt], Doubt | None]) -> None:
        if (doubt := self._scratch.doubts.pop(self._file, None)) and (doubt := change(doubt)):
            self._scratch.doubts[self._file] = doubt

    def release(self) -> None:
        self._scratch.writers.discard(self)
        try:
            if self._sidecar is not None:
                self._sidecar.release()
        finally:
            super().release()


class RollScratch(Scratch):
    """The folder of other programs' files in a roll, and the open ones that are written."""

    def __init__(self, root: Path, base: Parts) -> None:
        super().__init__(root, base)
        self.writers: set[RealWriter] = set()  # each operation on it is one of a set's own

    def writer(self, parts: Parts) -> RealWriter | None:
        """The open file that writes a name, if there is exactly one."""
        found = [writer for writer in tuple(self.writers) if writer.parts == parts]
        return found[0] if len(found) == 1 else None

    def rename(self, old: Parts, new: Parts) -> None:
        """Rename; open files follow."""
        super().rename(old, new)
        for writer in tuple(self.writers):
            if writer.parts[: len(old)] == old:
                writer.parts = (*new, *writer.parts[len(old) :])
