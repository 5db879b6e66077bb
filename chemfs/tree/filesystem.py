"""The whole mount: one repository, or a library of them, with everything that is open. What an adapter talks to.

Paths are absolute, as the kernel gives them. Knows no FUSE and no error numbers.
"""

from __future__ import annotations

import itertools
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

from chemfs.tree import paths, readme
from chemfs.tree.background import Settling
from chemfs.tree.changes import Changes
from chemfs.tree.errors import (
    AlreadyThere,
    IsAFolder,
    NoSuchAttribute,
    NotAFolder,
    NotALink,
    NotPermitted,
    OtherBranch,
    ReadOnly,
)
from chemfs.tree.nodes import Directory, Entry, Link, Node
from chemfs.tree.open_files import Handle, TextHandle
from chemfs.tree.paths import Parts
from chemfs.tree.repository_view import RepositoryView
from chemfs.tree.shelf import shelf_at
from chemfs.tree.xattrs import NO_ATTRIBUTES, PREFIX, Attributes

logger = logging.getLogger(__name__)


class Filesystem:
    """The tree below a mountpoint, and its open files by number. Safe for many threads."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Show the repository or the library at `root`. Raises NotARepository when it is neither."""
        self.root = root
        self._shelf = shelf_at(root)
        self._read_only = read_only
        self._files: dict[int, tuple[Handle, RepositoryView | None]] = {}  # a view lives while a file is open in it
        self._listings: dict[int, list[Entry]] = {}
        self._numbers = itertools.count(1)
        self._settling = Settling(self._shelf.roots)

    def start(self) -> None:
        """Begin the work that goes on beside the calls: first what killed mounts left unsaved is put aside."""
        if not self._read_only:
            self._settling.start()

    def stop(self) -> None:
        """End it; what waits to become a snapshot does so now, and what is still open is closed as by its program."""
        for number in list(self._files):
            try:
                self.release(number)
            except Exception:
                logger.exception("a file that was open at the end could not be closed")
        if not self._read_only:
            self._settling.stop()

    def node(self, path: str) -> Node:
        """What stands at `path`. Raises NotFound."""
        return self._shelf.node(paths.split(path))

    def keeps_seconds(self, path: str) -> float:
        """How long what was told of a path may be believed."""
        return paths.keeps_seconds(self._shelf.inside(paths.split(path)))

    def number(self, path: str, flags: int, mode: int = 0o644) -> int:
        """Open a file; the number stands for it until it is released."""
        parts = paths.split(path)
        if self._read_only and flags & (os.O_ACCMODE | os.O_CREAT | os.O_TRUNC):
            raise ReadOnly(path)
        view, inside = self._shelf.find(parts)
        number = next(self._numbers)
        self._files[number] = (TextHandle(readme.LIBRARY) if view is None else view.open(inside, flags, mode)), view
        return number

    def handle(self, number: int) -> Handle:
        """The open file of a number."""
        return self._files[number][0]

    def release(self, number: int) -> None:
        """The last descriptor of an open file is closed."""
        self._files.pop(number)[0].release()

    def number_of_listing(self, path: str) -> int:
        """Open a folder: its names as they are now. Raises NotAFolder."""
        node = self.node(path)
        if not isinstance(node, Directory):
            raise NotAFolder(path)
        number = next(self._numbers)
        self._listings[number] = list(node.entries())
        return number

    def listing(self, number: int) -> list[Entry]:
        """The names of an open folder."""
        return self._listings[number]

    def release_listing(self, number: int) -> None:
        """An open folder is closed."""
        del self._listings[number]

    def truncate(self, path: str, size_bytes: int) -> None:
        """truncate(2): open, cut, close."""
        number = self.number(path, os.O_WRONLY if size_bytes else os.O_WRONLY | os.O_TRUNC)
        handle = self.handle(number)
        try:
            handle.truncate(size_bytes)
            handle.flush()
        finally:
            self.release(number)

    def make_file(self, path: str, mode: int) -> None:
        """mknod(2): make a file and close it; `mode` tells the kind too. Raises NotPermitted for all but files."""
        if not stat.S_ISREG(mode):
            raise NotPermitted(path)
        self.release(self.number(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IMODE(mode)))

    def changes(self, path: str) -> tuple[Changes, Parts]:
        """Where a change at `path` belongs, with the parts of the path there. Raises ReadOnly."""
        view, inside = self._shelf.find(paths.split(path))
        if view is None or self._read_only:
            raise ReadOnly(path)
        return self._changes(view), inside

    def changes_of_two(self, old: str, new: str) -> tuple[Changes, Parts, Parts]:
        """Where a change of two paths belongs. Raises ReadOnly, OtherBranch when they are in two repositories."""
        view, inside = self._shelf.find(paths.split(old))
        other, new_inside = self._shelf.find(paths.split(new))
        if view is None or self._read_only:
            raise ReadOnly(old)
        if other is not view:
            raise OtherBranch(new)
        return self._changes(view), inside, new_inside

    def attribute(self, path: str, name: str) -> bytes:
        """The value of an extended attribute. Raises NoSuchAttribute, at once for others' names.

        The kernel asks for a `security.` one before every write.
        """
        value = self._attributes(path).get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        if value is None:
            raise NoSuchAttribute(path)
        return value().encode()

    def attribute_names(self, path: str) -> list[str]:
        """The names of the extended attributes, no value of which is found out."""
        return [PREFIX + name for name in self._attributes(path)]

    def set_attribute(self, path: str, name: str, value: bytes, flags: int) -> None:
        """Set an attribute; `flags` are those of setxattr(2). Raises Unsupported, AlreadyThere, NoSuchAttribute."""
        if flags & os.XATTR_CREATE and name in self.attribute_names(path):
            raise AlreadyThere(name)
        if flags & os.XATTR_REPLACE:
            self.attribute(path, name)
        changes, inside = self.changes(path)
        changes.set_attribute(inside, name, value)

    def remove_attribute(self, path: str, name: str) -> None:
        """Remove an attribute. Raises Unsupported, NoSuchAttribute."""
        self.attribute(path, name)
        changes, inside = self.changes(path)
        changes.set_attribute(inside, name, None)

    def check_writable(self, path: str) -> None:
        """Raises ReadOnly where nothing can be written, NotFound where nothing is."""
        changes, inside = self.changes(path)
        changes.check_writable(inside)

    def link_target(self, path: str) -> str:
        """Where a symlink leads. Raises NotALink."""
        node = self.node(path)
        if not isinstance(node, Link):
            raise NotALink(path)
        return node.target

    def _changes(self, view: RepositoryView) -> Changes:
        self._settling.look_at(view)
        return Changes(view)

    def _attributes(self, path: str) -> Attributes:
        with suppress(IsAFolder):  # a library's own
            view, inside = self._shelf.find(paths.split(path))
            if view is not None:
                return view.attributes(inside)
        return NO_ATTRIBUTES
