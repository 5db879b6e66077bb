"""log.jsonl: the operations on a repository, one JSON object per line, append-only (ADR-018). Knows no refs.

Readers skip a last line that a crash tore, and the next writer ends it as torn; unknown keys are kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from chemigram_core.durable import beneath
from chemigram_core.durable.append import Append
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import ChemigramError
from chemigram_core.log.entry import LogEntry, parse_line
from chemigram_core.log.lines import TORN, lines_backwards, next_line, torn_end
from chemigram_core.log.operations import RENAME

FILE_NAME = "log.jsonl"


class OperationLog:
    """The log of one repository. Appending is for the holder of the repository's lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._path = f"{root}/{FILE_NAME}"

    def append(self, entry: LogEntry) -> None:
        """Append one line durably. Raises CannotBeLogged, OSError."""
        line = entry.line()
        with Folder.enter(self.root) as folder, folder.append(FILE_NAME, line, _end_of_last) as append:
            append.sync()

    @contextmanager
    def appended(self, entry: LogEntry, is_done: Callable[[], bool]) -> Iterator[None]:
        """Append one line durably for a change made in the context. `is_done` is as for `appending`."""
        with self.appending(entry, is_done) as line:
            line.sync()
            yield

    @contextmanager
    def appending(self, entry: LogEntry, is_done: Callable[[], bool]) -> Iterator[Append]:
        """Append one line for a change made in the context, which syncs it first. If the change fails, take it back.

        `is_done` says whether the change was made despite an error: then the line is kept, since without it a state
        would have no parent, and the collector would remove its ancestors.
        """
        line = entry.line()
        with Folder.enter(self.root) as folder, folder.append(FILE_NAME, line, _end_of_last) as append:
            try:
                yield append
            except (ChemigramError, OSError):
                with suppress(ChemigramError, OSError):
                    if not is_done() and self.extent() == (append.inode, append.end_bytes):
                        folder.truncate(FILE_NAME, append.start_bytes)
                raise

    def entries(self) -> Iterator[LogEntry]:
        """All operations, oldest first."""
        return (entry for _, entry, _ in self.lines_from(0) if entry is not None)

    def newest_first(self) -> Iterator[LogEntry]:
        """All operations, newest first, read from the end: the last lines of a long log come at once."""
        with self._open() as file:
            yield from (entry for line in lines_backwards(file) if (entry := parse_line(line)) is not None)

    def newest_with(self, op: str, text: bytes) -> Iterator[LogEntry]:
        """The operations down to the last `op`, newest first, and of older ones those whose lines have a text in them.

        The others' lines are read, but not parsed.
        """
        is_older = False
        with self._open() as file:
            for line in lines_backwards(file):
                if (not is_older or text in line) and (entry := parse_line(line)) is not None:
                    is_older = is_older or entry.op == op
                    yield entry

    def of_ref(self, ref: str) -> Iterator[LogEntry]:
        """The operations on a ref by its full name, newest first, including those before a branch was renamed."""
        for entry in self.newest_first():
            if entry.ref == ref:
                yield entry
                if entry.op == RENAME:
                    ref = str(entry.metadata.get("from"))  # older entries have the old name

    def lines(self) -> Iterator[tuple[bytes, LogEntry | None]]:
        """Every whole line with its operation, or None if it is not an entry."""
        return ((line, entry) for line, entry, _ in self.lines_from(0))

    def lines_from(self, offset_bytes: int) -> Iterator[tuple[bytes, LogEntry | None, int]]:
        """The same from `offset_bytes` on, each with the offset after it, where a later read can continue.

        All of them if no line begins there any more, because the line of a failed change was taken back.
        """
        with self._open() as file:
            file.seek(max(0, offset_bytes - 1))
            if offset_bytes and file.read(1) != b"\n":
                offset_bytes = file.seek(0)
            for line, size_bytes in iter(lambda: next_line(file), None):
                offset_bytes += size_bytes
                yield line, parse_line(line), offset_bytes

    def extent(self) -> tuple[int, int]:
        """The inode number and the size in bytes of the log; (0, 0) before the first entry."""
        try:
            status = os.lstat(self._path)
        except FileNotFoundError:
            return 0, 0
        return status.st_ino, status.st_size

    def _open(self) -> BinaryIO:
        """Open the log for reading. Before the first entry, it reads as empty."""
        try:
            return os.fdopen(beneath.open_file(self.root, FILE_NAME), "rb")
        except FileNotFoundError:
            return BytesIO()


def _end_of_last(descriptor: int, size_bytes: int) -> bytes:
    """The missing end of the last line: a line feed if it is an entry, the torn mark if a crash tore it."""
    if not size_bytes or os.pread(descriptor, 1, size_bytes - 1) == b"\n":
        return b""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return TORN if parse_line(torn_end(file)) is None else b"\n"
