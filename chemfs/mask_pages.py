"""Which open handles on a branch's mask may share the pages that the kernel keeps of it. Knows no FUSE.

A viewer that maps the file needs such pages (feh does), and the kernel has one set for a path. Who reads the tip's mask
has them in common with others who read the same object; whoever reads another one under the same name, or writes while
somebody reads, goes past them, and can't map the file until the others are gone.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock

from chemfs.handles import Caching, FileHandle, Handle
from chemfs.nodes import File
from chemigram_core.names import MaskName

_WRITERS = 0  # no file has this inode number


class MaskPages:
    """The pages of the masks of one branch: for each name, which file's they are and how many handles use them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users: dict[MaskName, tuple[int, int]] = {}

    def opened(self, name: MaskName, handle: Handle) -> Handle:
        """The handle of a mask, reading or writing, with the pages if it may use them."""
        inode = os.fstat(handle.descriptor).st_ino if isinstance(handle, FileHandle) else _WRITERS
        if not self._join(name, inode):
            return _Paged(handle, Caching.NONE, lambda: None)
        return _Paged(handle, Caching.NORMAL, lambda: self._leave(name))

    def _join(self, name: MaskName, inode: int) -> bool:
        with self._lock:
            owner, users = self._users.get(name, (inode, 0))
            if owner == inode:
                self._users[name] = (inode, users + 1)
            return owner == inode

    def _leave(self, name: MaskName) -> None:
        with self._lock:
            owner, users = self._users.pop(name)
            if users > 1:
                self._users[name] = (owner, users - 1)


class _Paged(Handle):
    """A handle that tells what the kernel may do with its pages, and when it no longer uses them."""

    def __init__(self, handle: Handle, caching: Caching, leave: Callable[[], None]) -> None:
        self._handle = handle
        self.caching = caching
        self._leave = leave

    def node(self) -> File:
        return self._handle.node()

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return self._handle.read(size_bytes, offset_bytes)

    def write(self, data: bytes, offset_bytes: int) -> int:
        return self._handle.write(data, offset_bytes)

    def truncate(self, size_bytes: int) -> None:
        self._handle.truncate(size_bytes)

    def flush(self) -> None:
        self._handle.flush()

    def sync(self) -> None:
        self._handle.sync()

    def release(self) -> None:
        self._leave()
        self._handle.release()
