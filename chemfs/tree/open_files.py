"""An open file: bytes to read until it is released. It keeps the content that it was opened on."""

from __future__ import annotations

import os
import stat
import time
from enum import IntEnum, auto
from typing import NamedTuple

from chemfs.tree.errors import ReadOnly

_UID, _GID = os.getuid(), os.getgid()
_REAL = 1 << 61  # inode numbers from here on stand for real files; a mount gives lower ones and some higher ones


class Stat(NamedTuple):
    """The parts of stat(2) that differ: size, time of the content in ns, permission bits, owner and group.

    What is nobody's file belongs to the user who mounts. A real file that may have several names has the number of its
    names and an inode number that they share; 0 for any other.
    """

    size_bytes: int
    mtime_ns: int
    mode: int
    uid: int = _UID
    gid: int = _GID
    links: int = 0
    number: int = 0


class Caching(IntEnum):
    """How the kernel may cache the bytes of an open file."""

    KEEP = auto()  # they never change
    NORMAL = auto()  # only this mount changes them
    NONE = auto()  # they change under the same name: not cached


class OpenFile:
    """An open file that only reads; a writer overrides the rest. Methods raise the system's OSError."""

    __slots__ = ()
    caching = Caching.NORMAL
    writes = False  # whether the kernel must send each close
    is_own = False  # whether what is written through it is hidden from other programs

    def stat(self) -> Stat:
        """The stat as seen through this open file."""
        raise NotImplementedError

    def read(self, size_bytes: int, offset_bytes: int) -> bytes | memoryview:
        """At most `size_bytes` from `offset_bytes`; fewer only at the end."""
        raise NotImplementedError

    def write(self, data: bytes | memoryview, offset_bytes: int) -> int:
        """Write at an offset; returns the number of bytes written. Raises ReadOnly."""
        raise ReadOnly("this file")

    def truncate(self, size_bytes: int) -> None:
        """Cut or extend to a size. Raises ReadOnly."""
        raise ReadOnly("this file")

    def flush(self) -> None:
        """A descriptor was closed: save. Raises the reason if the bytes are not a valid save."""

    def sync(self) -> None:
        """Make the bytes durable, saved or not."""

    def release(self) -> None:
        """The last descriptor was closed."""


class DescriptorFile(OpenFile):
    """Reads a real file or an object through its descriptor, which it owns."""

    __slots__ = ("caching", "descriptor", "mode")

    def __init__(self, descriptor: int, caching: Caching, mode: int | None = 0o444) -> None:
        """Of its permission bits those in `mode` are shown; None: all."""
        self.descriptor = descriptor
        self.caching = caching
        self.mode = mode

    def stat(self) -> Stat:
        status = os.fstat(self.descriptor)
        mode = stat.S_IMODE(status.st_mode) & (0o777 if self.mode is None else self.mode)
        return Stat(status.st_size, status.st_mtime_ns, mode, status.st_uid, status.st_gid)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes | memoryview:
        return os.pread(self.descriptor, size_bytes, offset_bytes)

    def release(self) -> None:
        os.close(self.descriptor)


class SharedFile(DescriptorFile):
    """Reads a real file that may have several names."""

    __slots__ = ()

    def stat(self) -> Stat:
        links, number = links_of(os.fstat(self.descriptor))
        return super().stat()._replace(links=links, number=number)


def links_of(status: os.stat_result) -> tuple[int, int]:
    """The last fields of a `Stat`, for a real file or link; a folder has no second name."""
    if stat.S_ISDIR(status.st_mode):
        return 0, 0
    return status.st_nlink, _REAL | hash((status.st_dev, status.st_ino)) & _REAL - 1


class BytesFile(OpenFile):
    """Reads bytes in memory."""

    __slots__ = ("_data", "_stat", "caching")

    def __init__(self, data: bytes, caching: Caching = Caching.NONE, found: Stat | None = None) -> None:
        """`found` is the stat of the file, if it has one besides the bytes."""
        self._data = data
        self._stat = found
        self.caching = caching

    def stat(self) -> Stat:
        return self._stat or Stat(len(self._data), time.time_ns(), 0o444)

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return self._data[offset_bytes : offset_bytes + size_bytes]
