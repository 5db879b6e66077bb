"""A tree as a program uses it: by paths, without a mount."""

from __future__ import annotations

import os
from pathlib import Path

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, File, Folder, Link, Node
from chemfs.tree.open_files import OpenFile
from chemfs.tree.open_repository import OpenRepository
from chemfs.tree.tree import Tree, walk


class ByPath:
    """The file operations of programs on the tree of a repository or a library. Paths are absolute in the tree."""

    def __init__(self, store: Path, *, read_only: bool = False) -> None:
        self.store = store
        self.tree = Tree(store, read_only=read_only)

    def node(self, path: str) -> Node:
        """The node at a path; each name is looked up and stat'ed, as a kernel does."""
        node: Node = self.tree.root
        for name in filter(None, path.split("/")):
            node = walk(node, name)
            node.stat()
        return node

    def folder(self, path: str) -> Folder:
        """The folder at a path."""
        node = self.node(path)
        assert isinstance(node, Folder)
        return node

    def entries(self, path: str) -> list[Entry]:
        """What `ls` shows."""
        return list(self.folder(path).entries())

    def names(self, path: str) -> list[str]:
        """The names that `ls` shows."""
        return [entry.name for entry in self.entries(path)]

    def open(self, path: str, flags: int = os.O_RDONLY, mode: int = 0o644) -> OpenFile:
        """open(2), as a kernel does it: looks a name up before it creates a file."""
        try:
            node = self.node(path)
        except NotFound:
            if not flags & os.O_CREAT:
                raise
            folder, name = self._parent(path)
            return folder.create(name, flags, mode)
        assert isinstance(node, File)
        return node.open(flags & ~os.O_CREAT)

    def read(self, path: str) -> bytes:
        """`cat`."""
        opened = self.open(path)
        try:
            return bytes(opened.read(opened.stat().size_bytes, 0))
        finally:
            opened.release()

    def write(self, path: str, data: bytes, flags: int = os.O_CREAT | os.O_TRUNC) -> None:
        """Write a whole file and close it."""
        opened = self.open(path, os.O_WRONLY | flags)
        try:
            opened.write(data, 0)
            opened.flush()
        finally:
            opened.release()

    def truncate(self, path: str, size_bytes: int) -> None:
        """truncate(2)."""
        node = self.node(path)
        assert isinstance(node, File)
        node.truncate(size_bytes)

    def target(self, path: str) -> str:
        """`readlink`."""
        node = self.node(path)
        assert isinstance(node, Link)
        return node.target()

    def make_file(self, path: str, mode: int) -> None:
        """mknod(2)."""
        folder, name = self._parent(path)
        folder.make_file(name, mode)

    def make_folder(self, path: str) -> None:
        """`mkdir`."""
        folder, name = self._parent(path)
        folder.make_folder(name, 0o755)

    def make_link(self, target: str, path: str) -> None:
        """`ln -s`."""
        folder, name = self._parent(path)
        folder.make_link(name, target)

    def remove(self, path: str) -> None:
        """`rm`."""
        folder, name = self._parent(path)
        folder.remove(name)

    def rename(self, old: str, new: str) -> None:
        """rename(2)."""
        folder, name = self._parent(old)
        target, new_name = self._parent(new)
        folder.rename(name, target, new_name)

    def repository(self, path: str = "") -> OpenRepository:
        """The open repository whose folder is at a path."""
        opened: OpenRepository = self.folder(path).opened()  # type: ignore[attr-defined]
        return opened

    def _parent(self, path: str) -> tuple[Folder, str]:
        above, _, name = path.rpartition("/")
        return self.folder(above), name
