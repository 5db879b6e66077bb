"""Requests about inodes: attributes, extended attributes, link targets, access, forget. No rule of its own."""

from __future__ import annotations

import errno
import os
import stat
import time

from chemfs.mount import replies
from chemfs.mount.inode import Inode
from chemfs.mount.protocol import (
    ACCESS_IN,
    BATCH_FORGET_IN,
    FORGET_IN,
    FORGET_ONE,
    GETATTR_HANDLE,
    GETATTR_IN,
    GETXATTR_IN,
    SETATTR_IN,
    SETXATTR_IN,
    SetAttr,
)
from chemfs.mount.replies import Answer
from chemfs.mount.requests import Request
from chemfs.mount.served import Served
from chemfs.tree.errors import IsAFolder, NotALink
from chemfs.tree.nodes import File, Link, Node, NodeKind, check_xattr_name
from chemfs.tree.open_files import Stat

_NS = 1_000_000_000


class Attributes:
    """One method for each request."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._tree, self._inodes, self._handles = served.tree, served.inodes, served.handles

    def forget(self, request: Request) -> Answer:
        (lookups,) = request.fields(FORGET_IN)
        self._served.forget(request.inode, lookups)
        return None

    def batch_forget(self, request: Request) -> Answer:
        count, _ = request.fields(BATCH_FORGET_IN)
        start = BATCH_FORGET_IN.size
        for number, lookups in FORGET_ONE.iter_unpack(request.body[start : start + count * FORGET_ONE.size]):
            self._served.forget(number, lookups)
        return None

    def getattr(self, request: Request) -> Answer:
        flags, _, handle = request.fields(GETATTR_IN)
        return self._attributes(self._served.current(request), handle if flags & GETATTR_HANDLE else None)

    def setattr(self, request: Request) -> Answer:
        which, _, handle, size, *_ = request.fields(SETATTR_IN)
        inode, asked_by = self._served.current(request), handle if which & SetAttr.HANDLE else None
        if which & SetAttr.SIZE:
            self._truncate(inode, size, asked_by)
            self._served.kept.hear()
        elif inode.is_named:
            _change(inode.found(), request)
        return self._attributes(inode, asked_by)

    def readlink(self, request: Request) -> Answer:
        inode = self._inodes.at(request.inode)
        if not isinstance(node := inode.found(), Link):
            raise NotALink(inode.name)
        return os.fsencode(node.target())

    def access(self, request: Request) -> Answer:
        mask, _ = request.fields(ACCESS_IN)
        if mask & os.W_OK:
            self._node(request).check_writable()
        return b""

    def statfs(self, _: Request) -> Answer:
        return replies.space(os.statvfs(self._tree.store))

    def getxattr(self, request: Request) -> Answer:
        room, _ = request.fields(GETXATTR_IN)
        check_xattr_name(name := request.text(GETXATTR_IN))  # before anything is looked up
        return _value(self._node(request).xattr(name), room)

    def listxattr(self, request: Request) -> Answer:
        room, _ = request.fields(GETXATTR_IN)
        return _value(b"".join(os.fsencode(name) + b"\0" for name in self._node(request).xattr_names()), room)

    def setxattr(self, request: Request) -> Answer:
        size, flags = request.fields(SETXATTR_IN)
        name, value = request.text_and_bytes(SETXATTR_IN, size)
        self._node(request).set_xattr(name, value, flags)
        return b""

    def removexattr(self, request: Request) -> Answer:
        self._node(request).remove_xattr(request.text())
        return b""

    def _node(self, request: Request) -> Node:
        return self._served.current(request).found()

    def _attributes(self, inode: Inode, asked_by: int | None) -> bytes:
        kind, found = self._current(inode, asked_by)
        return replies.current(replies.attributes(kind, found, inode.shown_number), self._served.stat_seconds(inode))

    def _current(self, inode: Inode, asked_by: int | None) -> tuple[NodeKind, Stat]:
        """The stat at the open of a state's file; the current one of anything else, including a writer's own draft."""
        if (found := self._inodes.as_opened(inode)) is not None:
            return NodeKind.FILE, found
        if inode.node is not None and inode.content is not None:
            return inode.node.kind, inode.node.stat()
        if asked_by is not None:
            return NodeKind.FILE, self._handles[asked_by].file.stat()
        node = inode.found()
        return node.kind, node.stat()

    def _truncate(self, inode: Inode, size_bytes: int, asked_by: int | None) -> None:
        if asked_by is not None:
            self._handles[asked_by].file.truncate(size_bytes)
        elif isinstance(node := inode.found(), File):
            node.truncate(size_bytes)
        else:
            raise IsAFolder(inode.name)


def _change(node: Node, request: Request) -> None:
    which, _, _, _, _, atime, mtime, _, atime_ns, mtime_ns, _, mode, *_ = request.fields(SETATTR_IN)
    if which & (SetAttr.UID | SetAttr.GID):
        node.set_owner()
    if which & SetAttr.MODE:
        node.set_mode(stat.S_IMODE(mode))
    if which & (SetAttr.ATIME | SetAttr.MTIME):
        times_ns = atime * _NS + atime_ns, mtime * _NS + mtime_ns
        node.set_times(_times_ns(which, times_ns, node.stat().mtime_ns))


def _times_ns(which: int, given_ns: tuple[int, int], kept_ns: int) -> tuple[int, int]:
    """The requested access and modification times; a time that is not requested is kept."""
    now_ns = time.time_ns()

    def chosen(time_ns: int, is_given: int, is_now: int) -> int:
        if which & is_now:
            return now_ns
        return time_ns if which & is_given else kept_ns

    return (
        chosen(given_ns[0], SetAttr.ATIME, SetAttr.ATIME_NOW),
        chosen(given_ns[1], SetAttr.MTIME, SetAttr.MTIME_NOW),
    )


def _value(value: bytes, room: int) -> bytes:
    """The value, or only its length if the caller's buffer has size 0. Raises OSError (ERANGE) if it does not fit."""
    if room == 0:
        return replies.value_size(len(value))
    if len(value) > room:
        raise OSError(errno.ERANGE, os.strerror(errno.ERANGE))
    return value
