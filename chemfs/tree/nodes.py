"""The nodes of a mount: folders, files and links. Knows no FUSE, no path and no repository.

A front end keeps nodes and asks them: `folder.lookup(name)`, `file.open(flags)`. These base classes are read-only;
nodes that take writes override them. Methods raise the conditions of `errors`, ChemigramError, OSError.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from chemfs.tree.errors import AlreadyThere, NoSuchAttribute, NotFound, NotPermitted, ReadOnly, Unsupported
from chemfs.tree.open_files import OpenFile, Stat

XATTR_PREFIX = "user.chemfs."

Xattrs = Mapping[str, Callable[[], str]]
"""Values by names without the prefix, computed on demand."""

NO_XATTRS: Xattrs = MappingProxyType({})


def check_xattr_name(name: str) -> None:
    """Raises Unsupported for a name that no node has: kernels ask for `security.` ones before each write."""
    if not name.startswith("user."):
        raise Unsupported(name)


class NodeKind(IntEnum):
    """What a name in a folder is, as the bits of a file's mode say it."""

    FOLDER = stat.S_IFDIR
    FILE = stat.S_IFREG
    LINK = stat.S_IFLNK


class Entry(NamedTuple):
    """A name in a folder and its kind."""

    name: str
    kind: NodeKind


class Source(NamedTuple):
    """A file on disk that decides what names lead to: its folder, and its name; an empty name for any file there."""

    folder: str
    name: str


class Node:
    """Anything that has a name. `…_seconds` say how long a kernel may cache an answer."""

    __slots__ = ()
    kind: ClassVar[NodeKind]
    entry_seconds: float = 1.0  # changes by others show within a second
    stat_seconds: float = 1.0
    kept_seconds: float = 0.0  # both, where the kernel learns of changes of the folder's sources

    @property
    def content(self) -> Hashable | None:
        """What stands for its bytes, if it is a node of these bytes alone; then its `stat` can't change either.

        A digest, or the identity of a file. Of folders, only those that always show the same state have one.
        """
        return None

    @property
    def place(self) -> Hashable | None:
        """The place of locks on it, if not the node itself: a file that has several nodes in its life has one place."""
        return None

    def stat(self) -> Stat:
        """Size, time and permission bits, without reading the bytes."""
        raise NotImplementedError

    def xattrs(self) -> Xattrs:
        """The extended attributes."""
        return NO_XATTRS

    def xattr(self, name: str) -> bytes:
        """The value of an attribute. Raises NoSuchAttribute; Unsupported for names outside `user.`."""
        check_xattr_name(name)
        value = self.xattrs().get(name.removeprefix(XATTR_PREFIX)) if name.startswith(XATTR_PREFIX) else None
        if value is None:
            raise NoSuchAttribute(name)
        return value().encode()

    def xattr_names(self) -> list[str]:
        """The full names of the attributes."""
        return [XATTR_PREFIX + name for name in self.xattrs()]

    def set_xattr(self, name: str, value: bytes, flags: int) -> None:
        """Set an attribute; `flags` are those of setxattr(2). Raises ReadOnly, Unsupported, AlreadyThere."""
        if flags & os.XATTR_CREATE and name in self.xattr_names():
            raise AlreadyThere(name)
        if flags & os.XATTR_REPLACE:
            self.xattr(name)
        self.write_xattr(name, value)

    def remove_xattr(self, name: str) -> None:
        """Remove an attribute. Raises ReadOnly, Unsupported, NoSuchAttribute."""
        self.xattr(name)
        self.write_xattr(name, None)

    def write_xattr(self, name: str, value: bytes | None) -> None:
        """Set an attribute's value; None removes it."""
        raise ReadOnly(name)

    def check_writable(self) -> None:
        """Raises ReadOnly if nothing can be written or created here, NotFound if it no longer exists."""
        raise ReadOnly("this")

    def set_mode(self, mode: int) -> None:
        """chmod: permission bits."""
        raise ReadOnly("this")

    def set_owner(self) -> None:
        """chown."""
        raise ReadOnly("this")

    def set_times(self, times_ns: tuple[int, int]) -> None:
        """utimens: access and modification, ns since 1970."""
        raise ReadOnly("this")

    def moved(self, folder: Folder, name: str) -> None:
        """The node was renamed to `name` in `folder`."""


class Folder(Node):
    """A folder. Its names are computed when it is listed."""

    __slots__ = ()
    kind = NodeKind.FOLDER
    missing_seconds: float = 0.0  # how long a kernel may cache that a name is missing; 0: not at all

    @property
    def sources(self) -> Sequence[Source]:
        """All that decides which content the `kept_seconds` files in it have; empty if not only files on disk do."""
        return ()

    @property
    def listed(self) -> Hashable | None:
        """What its names depend on: the kernel may cache a listing while it is the same. None: it must not."""
        return None

    def lookup(self, name: str) -> Node:
        """The node with that name. Raises NotFound."""
        raise NotFound(name)

    def entries(self) -> Iterable[Entry]:
        """The names in it."""
        return ()

    def create(self, name: str, flags: int, mode: int) -> OpenFile:
        """Create a file, or open the existing one; `flags` and `mode` are those of open(2)."""
        raise ReadOnly(name)

    def make_file(self, name: str, mode: int) -> None:
        """mknod: create a file and close it; `mode` has the type. Raises NotPermitted for all but regular files."""
        if not stat.S_ISREG(mode):
            raise NotPermitted(name)
        self.create(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IMODE(mode)).release()

    def make_folder(self, name: str, mode: int) -> None:
        """mkdir."""
        raise ReadOnly(name)

    def make_link(self, name: str, target: str) -> None:
        """symlink."""
        raise ReadOnly(name)

    def link(self, name: str, node: Node) -> None:
        """Give a file a second name, here. Raises OtherBranch."""
        raise ReadOnly(name)

    def remove(self, name: str) -> None:
        """unlink."""
        self.lookup(name)
        raise ReadOnly(name)

    def remove_folder(self, name: str) -> None:
        """rmdir."""
        self.lookup(name)
        raise ReadOnly(name)

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        """Rename `name` to `new_name` in `folder`, replacing what has that name there."""
        self.lookup(name)
        raise ReadOnly(name)


class File(Node):
    """A file."""

    __slots__ = ()
    kind = NodeKind.FILE

    def open(self, flags: int) -> OpenFile:
        """Open it; `flags` are those of open(2). Raises ReadOnly for anything but reading."""
        if flags & (os.O_ACCMODE | os.O_TRUNC):
            raise ReadOnly("this")
        return self.open_to_read()

    def open_to_read(self) -> OpenFile:
        """Open it to read."""
        raise NotImplementedError

    def truncate(self, size_bytes: int) -> None:
        """truncate(2): open, cut, close."""
        opened = self.open(os.O_WRONLY if size_bytes else os.O_WRONLY | os.O_TRUNC)
        try:
            opened.truncate(size_bytes)
            opened.flush()
        finally:
            opened.release()


class Link(Node):
    """A symlink."""

    __slots__ = ()
    kind = NodeKind.LINK

    def target(self) -> str:
        """Where it leads."""
        raise NotImplementedError
