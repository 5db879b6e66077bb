"""An open file: bytes to read, for as long as somebody holds it. What is open keeps what it was opened on."""

from __future__ import annotations

import os
import stat
import time
from enum import Enum, auto
from typing import NamedTuple

from chemfs.tree.errors import ReadOnly


class Stat(NamedTuple):
    """What stat(2) says that isn't the same everywhere: size, time of the content in ns, permission bits."""

    size_bytes: int
    mtime_ns: int
    mode: int


class Caching(Enum):
    """What the kernel may do with the bytes of an open file."""

    KEEP = auto()  # they never change
    NORMAL = auto()  # only this mount changes them
    NONE = auto()  # they change under the same name: ask each time


class OpenFile:
    """An open file that only reads; a writer overrides the rest. Methods raise OSError as the system gives it."""

    __slots__ = ()
    caching = Caching.NORMAL
    writes = False  # whether it has to hear of each close
    is_own = False  # whether nobody else may see what is written through it

    def stat(self) -> Stat:
        """The file as its holder sees it."""
        raise NotImplementedError

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        """At most `size_bytes` from `offset_bytes`; fewer only at the end."""
        raise NotImplementedError

    def write(self, data: bytes | memoryview, offset_bytes: int) -> int:
        """Write at an offset; how many bytes were written. Raises ReadOnly."""
        raise ReadOnly("this file")

    def truncate(self, size_bytes: int) -> None:
        """Cut or extend to a size. Raises ReadOnly."""
        raise ReadOnly("this file")

    def flush(self) -> None:
        """A descriptor was closed: the moment to save. Raises what makes the bytes no valid save."""

    def sync(self) -> None:
        """Make the bytes durable, saved or not."""

    def release(self) -> None:
        """The last descriptor is closed."""


class DescriptorFile(OpenFile):
    """Reads a real file or an object through its descriptor, which it owns."""

    __slots__ = ("caching", "descriptor", "mode")

    def __init__(self, descriptor: int, caching: Caching, mode: int | None = 0o444) -> None:
        """`mode` is what is shown as its permission bits; None: its own."""
        self.descriptor = descriptor
        self.caching = caching
        self.mode = mode

    def stat(self) -> Stat:
        status = os.fstat(self.descriptor)
        mode = stat.S_IMODE(status.st_mode) if self.mode is None else self.mode
        return Stat(status.st_size, status.st_mtime_ns, mode)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return os.pread(self.descriptor, size_bytes, offset_bytes)

    def release(self) -> None:
        os.close(self.descriptor)


class BytesFile(OpenFile):
    """Reads bytes that the tree itself made."""

    __slots__ = ("_data",)
    caching = Caching.NONE

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stat(self) -> Stat:
        return Stat(len(self._data), time.time_ns(), 0o444)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return self._data[offset_bytes : offset_bytes + size_bytes]
