"""An append to a file, durable or taken back. Knows nothing about what is appended."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from chemigram_core.durable.beneath import HARMLESS
from chemigram_core.durable.creation import permitted
from chemigram_core.durable.replacement import temporary_name, write_all
from chemigram_core.durable.sole_file import sole_file
from chemigram_core.durable.sync import start_writing, sync_appended, sync_names

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | HARMLESS

Joint = Callable[[int, int], bytes]
"""Gets the file, open to read, and its size; returns the bytes to write between its end and what is appended."""


class Append:
    """Bytes appended to a file of an open folder, not durable until `sync`; use as a context manager.

    `inode` is the file's; `start_bytes` and `end_bytes` are its sizes before and after.
    """

    __slots__ = ("_descriptor", "_folder", "end_bytes", "inode", "start_bytes")

    def __init__(self, folder: int, name: str, data: bytes, joint: Joint) -> None:
        """Write the bytes and start writing them to disk; creates a missing file. Raises NotAFile, OSError."""
        self._folder = folder
        self._descriptor, status = sole_file(folder, name, _FLAGS, permitted(0o644), temporary_name)
        self.inode, self.start_bytes = status.st_ino, status.st_size
        try:
            data = joint(self._descriptor, status.st_size) + data
            self._or_take_back(lambda: write_all(self._descriptor, data))
        except BaseException:
            os.close(self._descriptor)
            raise
        self.end_bytes = self.start_bytes + len(data)
        start_writing(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def sync(self) -> None:
        """Make the append durable. On failure, nothing stays appended."""
        self._or_take_back(self._sync)

    def _sync(self) -> None:
        sync_appended(self._descriptor)
        if self.start_bytes == 0:
            sync_names(self._folder)

    def _or_take_back(self, action: Callable[[], None]) -> None:
        try:
            action()
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.start_bytes)
            raise


def no_joint(_descriptor: int, _size_bytes: int) -> bytes:
    """Nothing between what a file has and what is appended."""
    return b""
