"""Requests about open files, from open to release, and locks. No rule of its own.

Reads and writes name an open file by its handle; the file may have been renamed or removed since.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Hashable

from chemfs.mount import replies
from chemfs.mount.handles import OpenHandle
from chemfs.mount.inode import Inode
from chemfs.mount.locks import FileLock, Lockable
from chemfs.mount.protocol import (
    CREATE_IN,
    FLUSH_IN,
    FSYNC_IN,
    INTERRUPT_IN,
    LOCK_IN,
    LOCK_IS_FLOCK,
    OPEN_IN,
    READ_IN,
    RELEASE_IN,
    WRITE_IN,
    Opcode,
)
from chemfs.mount.replies import Answer, Body
from chemfs.mount.requests import Request
from chemfs.mount.served import Served
from chemfs.tree.errors import IsAFolder, NotFound, Replaced
from chemfs.tree.nodes import File
from chemfs.tree.open_files import OpenFile
from chemigram_core.errors import ObjectMissing


class Files:
    """One method for each request; `take_back` undoes what an answer that reached nobody handed out, by opcode."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._inodes, self._handles, self._locks = served.inodes, served.handles, served.locks
        self.take_back = {Opcode.OPEN: self._take_back_opened, Opcode.CREATE: self._take_back_created}

    def open(self, request: Request) -> Answer:
        flags, _ = request.fields(OPEN_IN)
        inode = self._inodes.at(request.inode)
        if inode.is_kept:  # no open gets a state that was replaced before, by whatever program
            self._served.kept.hear()
        handle = self._opened(inode, self._open(inode, flags, request.thread))
        return replies.opened(handle.number, handle.file)

    def create(self, request: Request) -> Answer:
        flags, mode, *_ = request.fields(CREATE_IN)
        name, folder = request.text(CREATE_IN), self._inodes.at(request.inode).folder
        file = folder.create(name, flags | os.O_CREAT, stat.S_IMODE(mode))
        try:
            node, found = None if file.is_own else folder.lookup(name), file.stat()
        except Exception:
            file.release()
            raise
        inode = self._inodes.create(request.inode, name, node)
        handle = self._opened(inode, file)
        return self._served.entry(inode, node, found) + replies.opened(handle.number, file)

    def read(self, request: Request) -> Answer:
        number, offset, size, *_ = request.fields(READ_IN)
        return self._handles[number].file.read(size, offset)

    def write(self, request: Request) -> Answer:
        number, offset, size, *_ = request.fields(WRITE_IN)
        data = request.body[WRITE_IN.size : WRITE_IN.size + size]
        return replies.written(self._handles[number].file.write(data, offset))

    def flush(self, request: Request) -> Answer:
        number, _, _, owner = request.fields(FLUSH_IN)
        handle = self._handles[number]
        try:
            handle.file.flush()
        finally:  # a close frees the locks even if the save fails
            if not self._locks.are_none:
                self._locks.closed(_place(handle), owner)
        if handle.file.writes:
            self._served.kept.hear()
        return b""

    def fsync(self, request: Request) -> Answer:
        number, *_ = request.fields(FSYNC_IN)
        self._handles[number].file.sync()
        return b""

    def release(self, request: Request) -> Answer:
        number, *_ = request.fields(RELEASE_IN)
        self._close(number)
        return b""

    def getlk(self, request: Request) -> Answer:
        return replies.lock(self._locks.in_the_way(*self._lock(request)))

    def setlk(self, request: Request) -> Answer:
        self._locks.take(*self._lock(request))
        return b""

    def setlkw(self, request: Request) -> Answer:
        return b"" if self._locks.wait(*self._lock(request), request.unique) else None

    def interrupt(self, request: Request) -> Answer:
        (unique,) = request.fields(INTERRUPT_IN)
        self._locks.interrupt(unique)
        return None

    def _open(self, inode: Inode, flags: int, thread: int) -> OpenFile:
        to_write = flags & os.O_ACCMODE != os.O_RDONLY
        if to_write and inode.content is not None:
            inode.found().check_writable()  # a refused open must not claim an inode
        self._inodes.claim(inode, thread, to_write=to_write)
        try:
            return _open(inode, flags)
        except ObjectMissing as error:
            if inode.is_shared and inode.content is not None:
                raise self._inodes.replaced(inode, thread) from error  # the name may have another content by now
            self._inodes.give_back(inode)
            raise
        except Exception:
            self._inodes.give_back(inode)
            raise

    def _opened(self, inode: Inode, file: OpenFile) -> OpenHandle:
        self._inodes.opened(inode, file)
        return self._handles.add(inode, file)

    def _close(self, number: int) -> None:
        handle = self._handles.pop(number)
        self._inodes.give_back(handle.inode, handle.file)
        try:
            handle.file.release()
        finally:
            self._locks.released(number)

    def _take_back_opened(self, answer: Body) -> None:
        self._close(replies.handle_in(answer))

    def _take_back_created(self, answer: Body) -> None:
        self._close(replies.handle_in(answer))
        self._served.forget(replies.node_in(answer), 1)

    def _lock(self, request: Request) -> tuple[Lockable, FileLock]:
        number, owner, first, last, kind, process, flags, _ = request.fields(LOCK_IN)
        what = Lockable(_place(self._handles[number]), is_flock=bool(flags & LOCK_IS_FLOCK))
        return what, FileLock(owner, first, last, kind, process, number)


def _open(inode: Inode, flags: int) -> OpenFile:
    node = inode.found()
    if not isinstance(node, File):
        raise IsAFolder(inode.name)
    file = node.open(flags)
    if not inode.is_shared and flags & os.O_ACCMODE == os.O_RDONLY:
        inode.show(node)
    return file


def _place(handle: OpenHandle) -> Hashable:
    """The place that locks through a handle are on, fixed while it is open."""
    if handle.place is None:
        try:
            handle.place = handle.inode.found().place or handle.inode
        except (NotFound, Replaced):
            handle.place = handle.inode
    return handle.place
