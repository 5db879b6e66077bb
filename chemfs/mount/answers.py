"""Nodes in the words of FUSE's answers: attributes, entries, listings. Knows no requests."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Sequence
from typing import Any

from chemfs.mount import libfuse
from chemfs.tree.nodes import Directory, Entry, File, Link, Node, NodeKind

_TYPES = {NodeKind.FOLDER: stat.S_IFDIR, NodeKind.FILE: stat.S_IFREG, NodeKind.LINK: stat.S_IFLNK}
_DOTS: tuple[Entry, ...] = ((".", NodeKind.FOLDER), ("..", NodeKind.FOLDER))
_SOME_INODE = 1  # an entry without a number is passed over; the kernel replaces it by its own
_BLOCK_BYTES, _BEST_READ_BYTES = 512, 131072
_NS = 1_000_000_000
_UID, _GID = os.getuid(), os.getgid()  # everything belongs to the user who mounts


def attributes(node: Node, number: int) -> libfuse.Stat:
    """A node as struct stat, with the number that programs see."""
    match node:
        case File(size_bytes=size, mode=mode):
            kind, links = stat.S_IFREG, 1
        case Directory(mode=mode):
            kind, links, size = stat.S_IFDIR, 2, 0
        case Link(target):
            kind, links, mode, size = stat.S_IFLNK, 1, 0o777, len(os.fsencode(target))
    answer = libfuse.Stat(
        st_ino=number,
        st_mode=kind | mode,
        st_nlink=links,
        st_uid=_UID,
        st_gid=_GID,
        st_size=size,
        st_blocks=-(-size // _BLOCK_BYTES),
        st_blksize=_BEST_READ_BYTES,
    )
    for moment in (answer.st_atimespec, answer.st_mtimespec, answer.st_ctimespec):
        moment.tv_sec, moment.tv_nsec = divmod(node.mtime_ns, _NS)
    return answer


def entry(number: int, found: libfuse.Stat, name_keeps: float, attributes_keep: float) -> libfuse.EntryParam:
    """What a look-up found, and for how many seconds its name and attributes may be believed without asking again."""
    return libfuse.EntryParam(ino=number, attr=found, attr_timeout=attributes_keep, entry_timeout=name_keeps)


def listing(entries: Sequence[Entry], offset: int, size_bytes: int) -> bytes:
    """As many entries behind `offset` as fit, each as struct fuse_dirent of the kernel's protocol."""
    data = bytearray()
    for place in range(offset, len(_DOTS) + len(entries)):
        name, kind = _DOTS[place] if place < len(_DOTS) else entries[place - len(_DOTS)]
        encoded = os.fsencode(name)
        head = struct.pack("=QQII", _SOME_INODE, place + 1, len(encoded), _TYPES[kind] >> 12)
        padding = bytes(-len(encoded) % 8)
        if len(data) + len(head) + len(encoded) + len(padding) > size_bytes:
            break
        data += head + encoded + padding
    return bytes(data)


def room(status: os.statvfs_result) -> libfuse.Statvfs:
    """What a filesystem holds and has left, as struct statvfs."""
    names = [name for name, *_ in libfuse.Statvfs._fields_ if hasattr(status, name)]
    return libfuse.Statvfs(**{name: getattr(status, name) for name in names})


def time_ns(moment: Any) -> int:
    """A struct timespec as ns since 1970."""
    return int(moment.tv_sec) * _NS + int(moment.tv_nsec)
