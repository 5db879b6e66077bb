"""Other programs' files in a roll: real files of the disk as nodes. Never versioned."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable

from chemfs.tree.errors import OtherBranch, Unsupported
from chemfs.tree.heads.tracked import Parts
from chemfs.tree.nodes import Entry, File, Folder, Link, Node
from chemfs.tree.open_files import Caching, OpenFile, SharedFile, Stat, links_of
from chemfs.tree.permissions import limited, way_to
from chemfs.tree.roll.real_writer import RealWriter, RollScratch


class Real(Node):
    """A name among other programs' files; `to_write` raises ReadOnly on a read-only mount."""

    __slots__ = ("parts", "scratch", "to_write")
    entry_seconds = stat_seconds = 0.0

    def __init__(self, scratch: RollScratch, parts: Parts, to_write: Callable[[], None]) -> None:
        self.scratch, self.parts, self.to_write = scratch, parts, to_write

    def stat(self) -> Stat:
        status = self.scratch.stat(self.parts)
        mode, way = stat.S_IMODE(status.st_mode), way_to(str(self.scratch.path(self.parts[:-1])))
        permissions = limited(mode, status.st_uid, status.st_gid, way)
        return Stat(status.st_size, status.st_mtime_ns, *permissions, *links_of(status))

    def check_writable(self) -> None:
        self.to_write()

    def set_mode(self, mode: int) -> None:
        self.to_write()
        self.scratch.set_mode(self.parts, mode)

    def set_owner(self) -> None:
        self.to_write()

    def set_times(self, times_ns: tuple[int, int]) -> None:
        self.to_write()
        self.scratch.set_times(self.parts, times_ns)

    def write_xattr(self, name: str, value: bytes | None) -> None:
        raise Unsupported(name)

    def moved(self, folder: Folder, name: str) -> None:
        if isinstance(folder, RealFolder):
            self.parts = (*folder.parts, name)


class RealFile(Real, File):
    """A file."""

    __slots__ = ()

    def open(self, flags: int) -> OpenFile:
        if flags & (os.O_ACCMODE | os.O_TRUNC):
            self.to_write()
        return _opened(self.scratch, self.parts, flags)


class RealLink(Real, Link):
    """A symlink. Only the kernel follows it."""

    __slots__ = ()

    def target(self) -> str:
        return self.scratch.target(self.parts)


class RealFolder(Real, Folder):
    """A folder."""

    __slots__ = ()

    def lookup(self, name: str) -> Node:
        parts = (*self.parts, name)
        mode = self.scratch.stat(parts).st_mode
        if stat.S_ISDIR(mode):
            return RealFolder(self.scratch, parts, self.to_write)
        return (RealLink if stat.S_ISLNK(mode) else RealFile)(self.scratch, parts, self.to_write)

    def entries(self) -> Iterable[Entry]:
        return self.scratch.entries(self.parts)

    def create(self, name: str, flags: int, mode: int) -> OpenFile:
        self.to_write()
        return _opened(self.scratch, (*self.parts, name), flags | os.O_CREAT, mode)

    def make_folder(self, name: str, mode: int) -> None:
        self.to_write()
        self.scratch.make_folder((*self.parts, name), mode)

    def make_link(self, name: str, target: str) -> None:
        self.to_write()
        self.scratch.symlink(target, (*self.parts, name))

    def remove(self, name: str) -> None:
        self.to_write()
        self.scratch.remove((*self.parts, name))

    def remove_folder(self, name: str) -> None:
        self.to_write()
        self.scratch.remove_folder((*self.parts, name))

    def link(self, name: str, node: Node) -> None:
        self.to_write()
        if not isinstance(node, RealFile) or node.scratch is not self.scratch:
            raise OtherBranch(name)
        self.scratch.link(node.parts, (*self.parts, name))

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        self.to_write()
        if not isinstance(folder, RealFolder) or folder.scratch is not self.scratch:
            raise OtherBranch(new_name)
        folder.receive((*self.parts, name), new_name)

    def receive(self, old: Parts, name: str) -> None:
        """Rename a file to a name in here."""
        self.scratch.rename(old, (*self.parts, name))

    def receive_data(self, name: str, data: bytes) -> None:
        """Make a file with these bytes in here."""
        self.scratch.write((*self.parts, name), data)


def _opened(scratch: RollScratch, parts: Parts, flags: int, mode: int = 0o644) -> OpenFile:
    """The open file; `flags` and `mode` are those of open(2)."""
    descriptor = scratch.open(parts, flags, mode)
    if flags & os.O_ACCMODE:
        return RealWriter(scratch, parts, descriptor)
    return SharedFile(descriptor, Caching.NORMAL, None)
