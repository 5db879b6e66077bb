"""Files that are computed on demand. The same key always gives the same bytes, so sizes are exact.

A bounded cache keeps the bytes; the key names everything that they depend on. A stat computes a file, a look-up
doesn't.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from cachetools import LRUCache

from chemfs.tree.nodes import File
from chemfs.tree.open_files import BytesFile, OpenFile, Stat
from chemfs.tree.permissions import Permissions

_KEPT_BYTES = 64 << 20
_KEPT_SIZES = 100_000


class ComputedFiles:
    """The computed files of one repository. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()  # guards the cache
        self._computing = Lock()  # one at a time: pictures of large masks need much memory
        self._contents: LRUCache[Hashable, bytes] = LRUCache(_KEPT_BYTES, getsizeof=len)
        self._sizes: LRUCache[Hashable, int] = LRUCache(_KEPT_SIZES)

    def size_bytes(self, key: Hashable, compute: Callable[[], bytes]) -> int:
        """The size of a file, known once it has been computed."""
        with self._lock:
            if (known := self._sizes.get(key)) is not None:
                return known
        return len(self.content(key, compute))

    def content(self, key: Hashable, compute: Callable[[], bytes]) -> bytes:
        """The bytes of a file. Raises what `compute` does."""
        with self._computing:
            with self._lock:
                if (known := self._contents.get(key)) is not None:
                    return known
            return self._kept(key, compute())

    def _kept(self, key: Hashable, content: bytes) -> bytes:
        with self._lock:
            self._sizes[key] = len(content)
            if len(content) <= _KEPT_BYTES:
                self._contents[key] = content
        return content


class ComputedFile(File):
    """A computed file; `key` names everything that its bytes depend on."""

    __slots__ = ("_compute", "_files", "_key", "_mtime_ns", "_permissions")

    def __init__(
        self,
        files: ComputedFiles,
        key: Hashable,
        mtime_ns: int,
        permissions: Permissions,
        compute: Callable[[], bytes],
    ) -> None:
        self._files = files
        self._key = key
        self._mtime_ns = mtime_ns
        self._permissions = permissions
        self._compute = compute

    def stat(self) -> Stat:
        return Stat(self._files.size_bytes(self._key, self._compute), self._mtime_ns, *self._permissions)

    def open_to_read(self) -> OpenFile:
        return BytesFile(self._files.content(self._key, self._compute))
