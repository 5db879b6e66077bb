"""The bodies of answers, packed. Knows no request."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from chemfs.mount.locks import FileLock
from chemfs.mount.protocol import (
    ATTR_OUT,
    DIRENT,
    ENTRY_OUT,
    GETXATTR_OUT,
    LOCK_OUT,
    OPEN_OUT,
    STATFS_OUT,
    WRITE_OUT,
    OpenFlag,
)
from chemfs.tree.nodes import Entry, NodeKind
from chemfs.tree.open_files import Caching, OpenFile, Stat

_DOTS = (Entry(".", NodeKind.FOLDER), Entry("..", NodeKind.FOLDER))
_CACHING = {Caching.KEEP: OpenFlag.KEEP_CACHE, Caching.NONE: OpenFlag.DIRECT_IO, Caching.NORMAL: OpenFlag(0)}
_OPEN_FLAGS = {  # by caching, and by whether it writes: one that only reads needs no word of a close
    (caching, writes): int(flag | (OpenFlag(0) if writes else OpenFlag.NOFLUSH))
    for caching, flag in _CACHING.items()
    for writes in (False, True)
}
_KEPT_LISTING = int(OpenFlag.CACHE_DIR | OpenFlag.KEEP_CACHE)
_SOME_INODE = 1  # an entry without a number is passed over; the kernel replaces it by its own
_BLOCK_BYTES, _BEST_READ_BYTES = 512, 131072
_NS = 1_000_000_000
_UID, _GID = os.getuid(), os.getgid()  # everything belongs to the user who mounts
_NO_ATTRIBUTES = (0,) * 16


class Given(NamedTuple):
    """An answer that gives something; `take_back` undoes it when the caller has gone and will never give it back."""

    body: bytes
    take_back: Callable[[], None]


Answer = bytes | Given | None
"""The body of an answer; None where there is none, or not yet."""


Attributes = tuple[int, ...]
"""The fields of struct fuse_attr."""


def attributes(kind: NodeKind, found: Stat, number: int) -> Attributes:
    """What stat(2) says, with the inode number that programs see."""
    size_bytes, mtime_ns, mode = found
    s, ns = divmod(mtime_ns, _NS)
    blocks, links = -(-size_bytes // _BLOCK_BYTES), 2 if kind is NodeKind.FOLDER else 1
    times = (s, s, s, ns, ns, ns)
    return number, size_bytes, blocks, *times, kind | mode, links, _UID, _GID, 0, _BEST_READ_BYTES, 0


def entry(number: int, attributes: Attributes, entry_seconds: float, stat_seconds: float) -> bytes:
    """What a look-up found, and for how long the kernel may believe name and attributes without asking again."""
    (name_s, name_ns), (stat_s, stat_ns) = _split(entry_seconds), _split(stat_seconds)
    return ENTRY_OUT.pack(number, 0, name_s, stat_s, name_ns, stat_ns, *attributes)


def missing(entry_seconds: float) -> bytes:
    """A name that is not there, which the kernel may believe for so long."""
    return entry(0, _NO_ATTRIBUTES, entry_seconds, 0)


def current(attributes: Attributes, stat_seconds: float) -> bytes:
    """Attributes that were asked for, and for how long the kernel may believe them."""
    return ATTR_OUT.pack(*_split(stat_seconds), 0, *attributes)


def opened(handle: int, file: OpenFile) -> bytes:
    """A file that is open now."""
    return OPEN_OUT.pack(handle, _OPEN_FLAGS[file.caching, file.writes], 0)


def opened_folder(handle: int, *, is_kept: bool) -> bytes:
    """A folder that is open now; whether the kernel may keep its listing."""
    return OPEN_OUT.pack(handle, _KEPT_LISTING if is_kept else 0, 0)


def written(size_bytes: int) -> bytes:
    """How much was written."""
    return WRITE_OUT.pack(size_bytes, 0)


def listing(entries: Sequence[Entry], offset: int, size_bytes: int) -> bytes:
    """As many entries behind `offset` as fit, each as struct fuse_dirent."""
    data = bytearray()
    for place in range(offset, len(_DOTS) + len(entries)):
        name, kind = _DOTS[place] if place < len(_DOTS) else entries[place - len(_DOTS)]
        encoded = os.fsencode(name)
        padding = bytes(-len(encoded) % 8)
        if len(data) + DIRENT.size + len(encoded) + len(padding) > size_bytes:
            break
        data += DIRENT.pack(_SOME_INODE, place + 1, len(encoded), kind >> 12) + encoded + padding
    return bytes(data)


def value_size(size_bytes: int) -> bytes:
    """How long the value of an extended attribute is."""
    return GETXATTR_OUT.pack(size_bytes, 0)


def space(found: os.statvfs_result) -> bytes:
    """What a filesystem holds and has left."""
    sizes = (found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree)
    return STATFS_OUT.pack(*sizes, found.f_bsize, found.f_namemax, found.f_frsize)


def lock(found: FileLock) -> bytes:
    """A lock that is in the way, or an unlocked range."""
    return LOCK_OUT.pack(found.first, found.last, found.kind, found.process)


@cache
def _split(seconds: float) -> tuple[int, int]:
    whole = int(seconds)
    return whole, int((seconds - whole) * _NS)
