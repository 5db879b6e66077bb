"""A file that is written under a temporary name and then replaces another one. Knows no meaning of either."""

from __future__ import annotations

import os
from contextlib import suppress
from secrets import token_hex
from typing import Self

from chemigram_core.durable.beneath import one_name
from chemigram_core.durable.creation import permitted
from chemigram_core.durable.sync import start_writing, sync_content

TEMPORARY_PREFIX = ".tmp-"  # a crash may leave such files behind; no other name starts like this

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Replacement:
    """Bytes in a file with a temporary name in an open folder; use as a context manager, which removes it if unused."""

    __slots__ = ("_descriptor", "_folder", "_is_used", "_temporary")

    def __init__(self, folder: int, data: bytes | memoryview, mode: int) -> None:
        """Write the file; it is not durable yet. Raises OSError."""
        self._folder = folder
        self._temporary = temporary_name()
        self._is_used = False
        self._descriptor = os.open(self._temporary, _CREATE, permitted(mode), dir_fd=folder)
        try:
            write_all(self._descriptor, data)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
        if not self._is_used:
            discard(self._folder, self._temporary)

    def start(self) -> None:
        """Start writing the bytes to disk, for a caller that needs them durable a little later."""
        start_writing(self._descriptor)

    def take(self, name: str) -> None:
        """Replace `name` with durable bytes; the name is durable once the folder is synced."""
        one_name(name)
        sync_content(self._descriptor)
        os.replace(self._temporary, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        self._is_used = True


def temporary_name() -> str:
    """An unused name for a file that is being written."""
    return TEMPORARY_PREFIX + token_hex(8)


def discard(folder: int, temporary: str) -> None:
    """Remove a temporary file that was not used. That it can't be removed never hides why it was not."""
    with suppress(OSError):
        os.unlink(temporary, dir_fd=folder)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of `data`."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
