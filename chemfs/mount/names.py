"""Requests about names in folders: look-ups, listings, and those of mkdir, mv, rm and ln. No rule of its own."""

from __future__ import annotations

import stat
from collections.abc import Callable

from chemfs.mount import replies
from chemfs.mount.cached_names import Seen
from chemfs.mount.protocol import LINK_IN, MKDIR_IN, MKNOD_IN, READ_IN, RELEASE_IN, RENAME_IN, Opcode
from chemfs.mount.replies import Answer, Body
from chemfs.mount.requests import Request
from chemfs.mount.served import Served
from chemfs.tree.errors import NotFound, Replaced
from chemfs.tree.nodes import Folder

_ENTRIES = Opcode.LOOKUP, Opcode.MKNOD, Opcode.MKDIR, Opcode.SYMLINK, Opcode.LINK


class Names:
    """One method for each request; `take_back` undoes what an answer that reached nobody handed out, by opcode."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._inodes, self._handles, self._kept = served.inodes, served.handles, served.kept
        self.take_back: dict[int, Callable[[Body], None]] = dict.fromkeys(_ENTRIES, self._forget)
        self.take_back[Opcode.OPENDIR] = self._close

    def lookup(self, request: Request) -> Answer:
        folder = self._inodes.at(request.inode).folder
        seen = self._kept.look(sources) if (sources := folder.sources) else None
        try:
            return self._entry(request, folder, request.text(), seen)
        except NotFound:
            if (seconds := folder.missing_seconds) > 0:
                return replies.missing(seconds)
            raise

    def mknod(self, request: Request) -> Answer:
        mode, *_ = request.fields(MKNOD_IN)
        folder, name = self._folder(request), request.text(MKNOD_IN)
        folder.make_file(name, mode)
        return self._entry(request, folder, name)

    def mkdir(self, request: Request) -> Answer:
        mode, _ = request.fields(MKDIR_IN)
        folder, name = self._folder(request), request.text(MKDIR_IN)
        folder.make_folder(name, stat.S_IMODE(mode))
        return self._entry(request, folder, name)

    def symlink(self, request: Request) -> Answer:
        folder, (name, target) = self._folder(request), request.two_texts()
        folder.make_link(name, target)
        return self._entry(request, folder, name)

    def link(self, request: Request) -> Answer:
        (old,) = request.fields(LINK_IN)
        folder, name = self._folder(request), request.text(LINK_IN)
        folder.link(name, self._inodes.at(old).found())
        return self._entry(request, folder, name)

    def unlink(self, request: Request) -> Answer:
        self._folder(request).remove(name := request.text())
        self._kept.removed(self._inodes.at(request.inode), name)
        self._inodes.removed(request.inode, name)
        return b""

    def rmdir(self, request: Request) -> Answer:
        self._folder(request).remove_folder(name := request.text())
        self._inodes.removed(request.inode, name)
        return b""

    def rename(self, request: Request) -> Answer:
        (new_parent,) = request.fields(RENAME_IN)
        name, new_name = request.two_texts(RENAME_IN)
        folder, new_folder = self._folder(request), self._inodes.at(new_parent).folder
        if self._kept.release(self._inodes.at(request.inode), name):
            raise Replaced(name)
        folder.rename(name, new_folder, new_name)
        self._kept.hear()  # it may have been a save
        node = self._inodes.renamed(request.inode, name, new_parent, new_name)
        if node is not None:
            node.moved(new_folder, new_name)
        return b""

    def opendir(self, request: Request) -> Answer:
        inode = self._inodes.at(request.inode)
        number = self._handles.add_listing(folder := inode.folder)
        is_kept = inode.keeps_listing(folder.listed)
        return replies.opened_folder(number, is_kept=is_kept)

    def readdir(self, request: Request) -> Answer:
        number, offset, size, *_ = request.fields(READ_IN)
        listing = self._handles.listing(number)
        entries = listing.entries(offset)
        if not offset:  # a listing under way while the names changed is not cached
            self._inodes.at(request.inode).keeps_listing(listing.folder.listed)
        return replies.listing(entries, offset, size)

    def releasedir(self, request: Request) -> Answer:
        number, *_ = request.fields(RELEASE_IN)
        self._handles.pop_listing(number)
        return b""

    def _folder(self, request: Request) -> Folder:
        return self._inodes.at(request.inode).folder

    def _entry(self, request: Request, folder: Folder, name: str, seen: Seen | None = None) -> Answer:
        node = folder.lookup(name)
        found = node.stat()  # may fail, so it comes before the look-up is counted
        may_keep = seen is not None and node.kept_seconds > 0 and node.content is not None
        inode = self._inodes.look_up(request.inode, name, node, request.thread, may_keep=may_keep)
        return self._served.entry(inode, node, found, seen)

    def _forget(self, answer: Body) -> None:
        self._served.forget(replies.node_in(answer), 1)

    def _close(self, answer: Body) -> None:
        self._handles.pop_listing(replies.handle_in(answer))
