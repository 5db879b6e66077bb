"""FUSE's words in, ours out: the protocol of libfuse 2's low-level API, and no rule of its own.

Every request is answered exactly once: by a reply, or by the number for what was raised. Reads and writes come by the
number of an open file; it may have been renamed or removed meanwhile.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import stat
import time
from collections.abc import Callable, Mapping
from typing import Any

from chemfs.mount import answers, errnos, libfuse
from chemfs.mount.inodes import Inode, Inodes, lasting
from chemfs.tree.filesystem import Filesystem
from chemfs.tree.nodes import Node
from chemfs.tree.open_files import Caching

_OPTIONS = {
    "big_writes": True,  # 128 KiB a write instead of 4
    "atomic_o_trunc": True,  # which handle truncates is known, so no other one's draft is cut
}
_ONE_CALL_SECONDS = 0.01  # a stat that has just looked the name up need not ask for the attributes again
_GONE = -errno.ENOENT  # of a reply: who asked has been interrupted, and will never give back what it was given

Request = int


def serve(view: Filesystem, mountpoint: str, options: Mapping[str, bool | str], on_live: Callable[[], None]) -> None:
    """Mount and serve until unmounted; `on_live` is called when the kernel has answered. Raises RuntimeError."""
    adapter = Adapter(view, on_live)
    libfuse.serve(libfuse.operations(adapter, _answering), os.fsencode(mountpoint), {**_OPTIONS, **options})


class Adapter:
    """The callbacks, called by libfuse from many threads."""

    def __init__(self, view: Filesystem, on_live: Callable[[], None]) -> None:
        self._view = view
        self._on_live = on_live
        self._inodes = Inodes()

    def init(self, *_: Any) -> None:
        self._view.start()
        self._on_live()

    def destroy(self, _: Any) -> None:
        self._view.stop()

    def lookup(self, request: Request, parent: int, name: bytes) -> None:
        self._reply_entry(request, parent, name)

    def forget(self, request: Request, number: int, lookups: int) -> None:
        self._inodes.forget(number, lookups)
        libfuse.reply_none(request)

    def getattr(self, request: Request, number: int, fi: Any) -> None:
        self._reply_attributes(request, self._inodes[number], fi)

    def setattr(self, request: Request, number: int, wanted: Any, which: int, fi: Any) -> None:
        inode = self._inodes[number]
        if which & libfuse.SET_SIZE:
            self._truncate(inode, wanted.contents.st_size, fi)
        elif inode.is_named:
            self._set_attributes(inode.path, wanted.contents, which)
        self._reply_attributes(request, inode, fi)

    def readlink(self, request: Request, number: int) -> None:
        libfuse.reply_readlink(request, os.fsencode(self._view.link_target(self._inodes[number].path)))

    def access(self, request: Request, number: int, mode: int) -> None:
        if mode & os.W_OK:
            self._view.check_writable(self._inodes[number].path)
        libfuse.reply_err(request, 0)

    def mknod(self, request: Request, parent: int, name: bytes, mode: int, _: int) -> None:
        self._view.make_file(self._path(parent, name), mode)
        self._reply_entry(request, parent, name)

    def mkdir(self, request: Request, parent: int, name: bytes, mode: int) -> None:
        changes, parts = self._view.changes(self._path(parent, name))
        changes.make_folder(parts, stat.S_IMODE(mode))
        self._reply_entry(request, parent, name)

    def symlink(self, request: Request, target: bytes, parent: int, name: bytes) -> None:
        changes, parts = self._view.changes(self._path(parent, name))
        changes.symlink(os.fsdecode(target), parts)
        self._reply_entry(request, parent, name)

    def link(self, request: Request, number: int, parent: int, name: bytes) -> None:
        changes, old, new = self._view.changes_of_two(self._inodes[number].path, self._path(parent, name))
        changes.link(old, new)
        self._reply_entry(request, parent, name)

    def unlink(self, request: Request, parent: int, name: bytes) -> None:
        changes, parts = self._view.changes(self._path(parent, name))
        changes.remove(parts)
        self._inodes.removed(parent, os.fsdecode(name))
        libfuse.reply_err(request, 0)

    def rmdir(self, request: Request, parent: int, name: bytes) -> None:
        changes, parts = self._view.changes(self._path(parent, name))
        changes.remove_folder(parts)
        self._inodes.removed(parent, os.fsdecode(name))
        libfuse.reply_err(request, 0)

    def rename(self, request: Request, parent: int, name: bytes, new_parent: int, new_name: bytes) -> None:
        changes, old, new = self._view.changes_of_two(self._path(parent, name), self._path(new_parent, new_name))
        changes.rename(old, new)
        self._inodes.renamed(parent, os.fsdecode(name), new_parent, os.fsdecode(new_name))
        libfuse.reply_err(request, 0)

    def open(self, request: Request, number: int, fi: Any) -> None:
        inode = self._inodes[number]
        self._inodes.claim(inode, _thread(request), to_write=_writes(fi))
        try:
            opened = self._view.number(inode.path, fi.contents.flags)
        except Exception:
            self._inodes.give_back(inode)
            raise
        self._check_content(request, inode, opened, fi)
        self._opened(inode, opened, fi)
        if libfuse.reply_open(request, fi) == _GONE:
            self._released(inode, opened)

    def create(self, request: Request, parent: int, name: bytes, mode: int, fi: Any) -> None:
        flags = fi.contents.flags | os.O_CREAT
        path = self._path(parent, name)
        opened = self._view.number(path, flags, stat.S_IMODE(mode))
        handle = self._view.handle(opened)
        node = handle.node()
        inode = self._inodes.create(parent, os.fsdecode(name), node, is_shared=not handle.is_own)
        self._opened(inode, opened, fi)
        if libfuse.reply_create(request, self._entry(inode, node, path), fi) == _GONE:
            self._released(inode, opened)
            self._inodes.forget(inode.number, 1)

    def read(self, request: Request, _: int, size: int, offset: int, fi: Any) -> None:
        data = self._view.handle(fi.contents.fh).read(size, offset)
        libfuse.reply_buf(request, data, len(data))

    def write(self, request: Request, _: int, data: int, *where: Any) -> None:
        size, offset, fi = where
        written = self._view.handle(fi.contents.fh).write(ctypes.string_at(data, size), offset)
        libfuse.reply_write(request, written)

    def flush(self, request: Request, _: int, fi: Any) -> None:
        self._view.handle(fi.contents.fh).flush()
        libfuse.reply_err(request, 0)

    def fsync(self, request: Request, _: int, __: int, fi: Any) -> None:
        self._view.handle(fi.contents.fh).sync()
        libfuse.reply_err(request, 0)

    def release(self, request: Request, number: int, fi: Any) -> None:
        self._released(self._inodes[number], fi.contents.fh)
        libfuse.reply_err(request, 0)

    def opendir(self, request: Request, number: int, fi: Any) -> None:
        fi.contents.fh = self._view.number_of_listing(self._inodes[number].path)
        if libfuse.reply_open(request, fi) == _GONE:
            self._view.release_listing(fi.contents.fh)

    def readdir(self, request: Request, _: int, size: int, offset: int, fi: Any) -> None:
        data = answers.listing(self._view.listing(fi.contents.fh), offset, size)
        libfuse.reply_buf(request, data, len(data))

    def releasedir(self, request: Request, _: int, fi: Any) -> None:
        self._view.release_listing(fi.contents.fh)
        libfuse.reply_err(request, 0)

    def getxattr(self, request: Request, number: int, name: bytes, room: int) -> None:
        _reply_value(request, self._view.attribute(self._inodes[number].path, os.fsdecode(name)), room)

    def listxattr(self, request: Request, number: int, room: int) -> None:
        names = self._view.attribute_names(self._inodes[number].path)
        _reply_value(request, b"".join(os.fsencode(name) + b"\0" for name in names), room)

    def setxattr(self, request: Request, number: int, name: bytes, value: int, *how: int) -> None:
        size, flags = how
        path = self._inodes[number].path
        self._view.set_attribute(path, os.fsdecode(name), ctypes.string_at(value, size), flags)
        libfuse.reply_err(request, 0)

    def removexattr(self, request: Request, number: int, name: bytes) -> None:
        self._view.remove_attribute(self._inodes[number].path, os.fsdecode(name))
        libfuse.reply_err(request, 0)

    def statfs(self, request: Request, _: int) -> None:
        libfuse.reply_statfs(request, answers.room(os.statvfs(self._view.root)))

    def _path(self, parent: int, name: bytes) -> str:
        return self._inodes[parent].child(os.fsdecode(name))

    def _reply_entry(self, request: Request, parent: int, name: bytes) -> None:
        path = self._path(parent, name)
        node = self._view.node(path)
        inode = self._inodes.look_up(parent, os.fsdecode(name), node, _thread(request))
        if libfuse.reply_entry(request, self._entry(inode, node, path)) == _GONE:
            self._inodes.forget(inode.number, 1)

    def _entry(self, inode: Inode, node: Node, path: str) -> libfuse.EntryParam:
        keeps_seconds = self._view.keeps_seconds(path)
        attributes_keep = max(keeps_seconds, _ONE_CALL_SECONDS) if inode.is_shared else 0.0
        attributes = answers.attributes(node, inode.shown_number)
        return answers.entry(inode.number, attributes, keeps_seconds, attributes_keep)

    def _reply_attributes(self, request: Request, inode: Inode, fi: Any) -> None:
        node = self._current(inode, fi.contents.fh if fi else None)
        keeps_seconds = self._view.keeps_seconds(inode.path) if inode.is_reachable else 0.0
        libfuse.reply_attr(request, answers.attributes(node, inode.shown_number), keeps_seconds)

    def _current(self, inode: Inode, asked_by: int | None) -> Node:
        """A draft as it is, for its writer; a state's file as it was when it was opened; anything else as it is now."""
        if (node := self._inodes.as_opened(inode)) is not None:
            return node
        if inode.file is not None:
            return inode.file
        return self._view.node(inode.path) if asked_by is None else self._view.handle(asked_by).node()

    def _truncate(self, inode: Inode, size_bytes: int, fi: Any) -> None:
        if fi:
            self._view.handle(fi.contents.fh).truncate(size_bytes)
        else:
            self._view.truncate(inode.path, size_bytes)

    def _set_attributes(self, path: str, wanted: Any, which: int) -> None:
        changes, parts = self._view.changes(path)
        if which & (libfuse.SET_UID | libfuse.SET_GID):
            changes.set_owner(parts)
        if which & libfuse.SET_MODE:
            changes.set_mode(parts, stat.S_IMODE(wanted.st_mode))
        if which & (libfuse.SET_ATIME | libfuse.SET_MTIME):
            kept_ns = self._view.node(path).mtime_ns
            changes.set_times(parts, _times_ns(wanted, which, kept_ns))

    def _check_content(self, request: Request, inode: Inode, opened: int, fi: Any) -> None:
        """A state's file may have been saved between its look-up and its opening."""
        handle = self._view.handle(opened)
        if _writes(fi) or inode.content in (None, handle.content):
            return
        if inode.is_shared:
            self._view.release(opened)
            raise self._inodes.replaced(inode, _thread(request))
        inode.file = lasting(handle.node())

    def _opened(self, inode: Inode, opened: int, fi: Any) -> None:
        handle = self._view.handle(opened)
        fi.contents.fh = opened
        fi.contents.keep_cache = handle.caching is Caching.KEEP
        fi.contents.direct_io = handle.caching is Caching.NONE
        self._inodes.opened(inode, handle)

    def _released(self, inode: Inode, opened: int) -> None:
        self._inodes.give_back(inode, self._view.handle(opened))
        self._view.release(opened)


def _answering(method: Callable[..., None]) -> Callable[..., None]:
    """A callback that answers with a number when the method raises."""

    @functools.wraps(method)
    def callback(request: Request, *arguments: Any) -> None:
        try:
            method(request, *arguments)
        except Exception as error:
            libfuse.reply_err(request, errnos.number(error))

    return callback


def _reply_value(request: Request, value: bytes, room: int) -> None:
    """A value for who has room for it; who has none asks for its length."""
    if room == 0:
        libfuse.reply_xattr(request, len(value))
    elif len(value) > room:
        libfuse.reply_err(request, errno.ERANGE)
    else:
        libfuse.reply_buf(request, value, len(value))


def _thread(request: Request) -> int:
    return int(libfuse.caller(request).contents.pid)


def _writes(fi: Any) -> bool:
    return bool(fi.contents.flags & os.O_ACCMODE != os.O_RDONLY)


def _times_ns(wanted: Any, which: int, kept_ns: int) -> tuple[int, int]:
    """The times of access and of content that setattr asks for; the one that it doesn't ask for is kept."""
    now_ns = time.time_ns()

    def chosen(given: Any, is_given: int, is_now: int) -> int:
        if which & is_now:
            return now_ns
        return answers.time_ns(given) if which & is_given else kept_ns

    return (
        chosen(wanted.st_atimespec, libfuse.SET_ATIME, libfuse.SET_ATIME_NOW),
        chosen(wanted.st_mtimespec, libfuse.SET_MTIME, libfuse.SET_MTIME_NOW),
    )
