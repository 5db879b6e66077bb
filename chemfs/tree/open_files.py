"""An open file: bytes to read, for as long as somebody holds it. What is open keeps what it was opened on."""

from __future__ import annotations

import os
import time
from enum import Enum, auto

from chemfs.tree.errors import ReadOnly
from chemfs.tree.nodes import File
from chemigram_core.digest import Digest


class Caching(Enum):
    """What the kernel may do with the bytes of an open file."""

    KEEP = auto()  # they never change
    NORMAL = auto()  # only this mount changes them
    NONE = auto()  # they change under the same name: ask each time


class Handle:
    """An open file that only reads; a writer overrides the rest. Methods raise OSError as the system gives it."""

    caching = Caching.NORMAL
    content: Digest | None = None  # which bytes it reads, if they can't change

    @property
    def is_own(self) -> bool:
        """Whether nobody else may see what is written by it."""
        return False

    def node(self) -> File:
        """The file as this handle sees it."""
        raise NotImplementedError

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        """At most `size_bytes` from `offset_bytes`; fewer only at the end."""
        raise NotImplementedError

    def write(self, data: bytes, offset_bytes: int) -> int:
        """Write at an offset; how many bytes were written. Raises ReadOnly."""
        raise ReadOnly("this file")

    def truncate(self, size_bytes: int) -> None:
        """Cut or extend to a size. Raises ReadOnly."""
        raise ReadOnly("this file")

    def flush(self) -> None:
        """Somebody closed a descriptor: the moment to save. Raises what makes the bytes no save."""

    def sync(self) -> None:
        """Make the bytes durable, saved or not."""

    def release(self) -> None:
        """The last descriptor is closed."""


class FileHandle(Handle):
    """Reads a real file or an object through its descriptor, which it owns."""

    def __init__(self, descriptor: int, caching: Caching, mode: int = 0o444, content: Digest | None = None) -> None:
        self.descriptor = descriptor
        self.content = content
        self.caching = caching
        self._mode = mode

    def node(self) -> File:
        status = os.fstat(self.descriptor)
        return File(status.st_size, status.st_mtime_ns, self._mode, self.content)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return os.pread(self.descriptor, size_bytes, offset_bytes)

    def release(self) -> None:
        os.close(self.descriptor)


class TextHandle(Handle):
    """Reads bytes that the view itself made."""

    caching = Caching.NONE

    def __init__(self, data: bytes) -> None:
        self._data = data

    def node(self) -> File:
        return File(len(self._data), time.time_ns())

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return self._data[offset_bytes : offset_bytes + size_bytes]
