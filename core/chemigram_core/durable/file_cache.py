"""Caches file contents by the identity of each file. Knows nothing about their meaning.

A file has changed when its device, inode, size or times have: one fstat instead of reading it again. A file that is
replaced by a rename has another inode. A file that is written in place has other times, but only if the clock has
ticked in between: so what was read from a file that changed within the last 20 ms is not cached. git does not trust the
time of an index entry as young as the index for the same reason ("racy git").
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from sys import intern
from threading import Lock
from typing import Generic, TypeVar

_T = TypeVar("_T")
_Identity = tuple[str, int, int, int, int, int]

_RACY_NS = 20_000_000  # kernels advance the clock of file times every 1 to 10 ms


def lasting_identity(status: os.stat_result, now_ns: int) -> tuple[int, ...] | None:
    """The identity of a file or folder, if its next change is sure to change it: `now_ns` is from before the stat.

    The size is not used: it says nothing about a folder, or about a file that is replaced atomically.
    """
    if max(status.st_mtime_ns, status.st_ctime_ns) >= now_ns - _RACY_NS:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns


class FileCache(Generic[_T]):
    """A cache of the last `size` files. Safe for many threads; shared by all repositories of a process."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()  # for changes; a look-up is one operation of a dict
        self._known: dict[_Identity, _T] = {}  # oldest first; no calls for each of the many entries of a listing

    def get(self, descriptor: int, read: Callable[[int, os.stat_result], _T], path: str = "") -> _T:
        """The result of `read` for an open file and its attributes, cached if possible. Raises what `read` raises.

        `path` is where it was opened, for `recall`.
        """
        now_ns = time.time_ns()
        status = os.fstat(descriptor)
        if (known := self.recall(status, path)) is not None:
            return known
        found = read(descriptor, status)
        self.remember(status, found, now_ns, path)
        return found

    def recall(self, status: os.stat_result, path: str = "") -> _T | None:
        """The cached result for a path, if the file with these attributes was opened there before."""
        return self._known.get(_identity(status, path))

    def remember(self, status: os.stat_result, found: _T, now_ns: int, path: str = "") -> None:
        """Cache what was found in a file with these attributes, unless its next change might not show.

        `now_ns` is from before these were asked for, so a later change is never 20 ms old.
        """
        if max(status.st_mtime_ns, status.st_ctime_ns) < now_ns - _RACY_NS:
            with self._lock:
                self._known[_identity(status, intern(path))] = found  # a ref that moved has one path for all its files
                if len(self._known) > self._size:
                    del self._known[next(iter(self._known))]


def _identity(status: os.stat_result, path: str) -> _Identity:
    return path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
