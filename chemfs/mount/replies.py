"""Packs the bodies of answers. Knows no request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

from chemfs.mount.locks import FileLock
from chemfs.mount.protocol import (
    ATTR_OUT,
    DIRENT,
    ENTRY_OUT,
    GETXATTR_OUT,
    LOCK_OUT,
    NAMES,
    NODE_ID,
    OPEN_OUT,
    STATFS_OUT,
    WRITE_OUT,
    OpenFlag,
)
from chemfs.tree.nodes import Entry, NodeKind
from chemfs.tree.open_files import Caching, OpenFile, Stat

_CACHING = {Caching.KEEP: OpenFlag.KEEP_CACHE, Caching.NONE: OpenFlag.DIRECT_IO, Caching.NORMAL: OpenFlag(0)}
_OPEN_FLAGS = {  # depends on caching, and on writing: a reader's close needs no FLUSH
    (caching, writes): int(flag | (OpenFlag(0) if writes else OpenFlag.NOFLUSH))
    for caching, flag in _CACHING.items()
    for writes in (False, True)
}
_KEPT_LISTING = int(OpenFlag.CACHE_DIR | OpenFlag.KEEP_CACHE)
_SOME_INODE = 1  # the kernel skips an entry with number 0, and replaces any other
_BLOCK_BYTES, _BEST_READ_BYTES = 512, 131072
_NS = 1_000_000_000
_NO_ATTRIBUTES = (0,) * 16
_TYPES = {kind: (int(kind), 2 if kind is NodeKind.FOLDER else 1) for kind in NodeKind}  # bits of the mode, links


Body = bytes | memoryview
"""The body of an answer."""


Answer = Body | None
"""None: the request gets no answer, or gets it later."""


Attributes = tuple[int, ...]
"""The fields of struct fuse_attr."""


def attributes(kind: NodeKind, found: Stat, number: int) -> Attributes:
    """The result of stat(2), with the inode number that programs see, unless the file has one for all its names."""
    size_bytes, mtime_ns, mode, uid, gid, names, shared = found
    s, ns = divmod(mtime_ns, _NS)
    blocks, (type_, links) = -(-size_bytes // _BLOCK_BYTES), _TYPES[kind]
    number, links = shared or number, names or links
    return number, size_bytes, blocks, s, s, s, ns, ns, ns, type_ | mode, links, uid, gid, 0, _BEST_READ_BYTES, 0


def entry(number: int, attributes: Attributes, entry_seconds: float, stat_seconds: float) -> bytes:
    """What a look-up found, and how long the kernel may cache the name and the attributes."""
    (name_s, name_ns), (stat_s, stat_ns) = _split(entry_seconds), _split(stat_seconds)
    return ENTRY_OUT.pack(number, 0, name_s, stat_s, name_ns, stat_ns, *attributes)


@cache
def missing(entry_seconds: float) -> bytes:
    """A name that does not exist, and how long the kernel may cache that."""
    return entry(0, _NO_ATTRIBUTES, entry_seconds, 0)


def node_in(answer: Body) -> int:
    """The inode number that an entry hands out; 0 for a name that does not exist."""
    return int(NODE_ID.unpack_from(answer)[0])


def current(attributes: Attributes, stat_seconds: float) -> bytes:
    """Attributes, and how long the kernel may cache them."""
    return ATTR_OUT.pack(*_split(stat_seconds), 0, *attributes)


def opened(handle: int, file: OpenFile) -> bytes:
    """An open file."""
    return OPEN_OUT.pack(handle, _OPEN_FLAGS[file.caching, file.writes], 0)


def opened_folder(handle: int, *, is_kept: bool) -> bytes:
    """A folder that is open now; whether the kernel may keep its listing."""
    return OPEN_OUT.pack(handle, _KEPT_LISTING if is_kept else 0, 0)


def handle_in(answer: Body) -> int:
    """The handle that the last part of an answer hands out."""
    return int(OPEN_OUT.unpack_from(answer, len(answer) - OPEN_OUT.size)[0])


def written(size_bytes: int) -> bytes:
    """The number of bytes written."""
    return WRITE_OUT.pack(size_bytes, 0)


def listing(entries: Sequence[Entry], offset: int, size_bytes: int) -> bytes:
    """As many entries after `offset` as fit, each a struct fuse_dirent."""
    data = bytearray()
    for place in range(offset, len(entries)):
        name, kind = entries[place]
        encoded = name.encode(*NAMES)
        padding = bytes(-len(encoded) % 8)
        if len(data) + DIRENT.size + len(encoded) + len(padding) > size_bytes:
            break
        data += DIRENT.pack(_SOME_INODE, place + 1, len(encoded), kind >> 12) + encoded + padding
    return bytes(data)


def value_size(size_bytes: int) -> bytes:
    """The length of an extended attribute's value."""
    return GETXATTR_OUT.pack(size_bytes, 0)


def space(found: os.statvfs_result) -> bytes:
    """The size and the free space of a filesystem."""
    sizes = (found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree)
    return STATFS_OUT.pack(*sizes, found.f_bsize, found.f_namemax, found.f_frsize)


def lock(found: FileLock) -> bytes:
    """A conflicting lock, or an unlocked range."""
    return LOCK_OUT.pack(found.first, found.last, found.kind, found.process)


@cache
def _split(seconds: float) -> tuple[int, int]:
    whole = int(seconds)
    return whole, int((seconds - whole) * _NS)
