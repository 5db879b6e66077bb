"""The folder of a repository that must not be opened."""

from __future__ import annotations

import os
from collections.abc import Iterable

from chemfs.tree import readme
from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.permissions import of_folder
from chemfs.tree.real_file import Text


class ForeignFolder(Folder):
    """The folder of another user's repository that is not trusted: has only a README.txt that says so."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def stat(self) -> Stat:
        return Stat(0, os.lstat(self._path).st_mtime_ns, *of_folder(self._path))

    def lookup(self, name: str) -> Node:
        if name != readme.NAME:
            raise NotFound(name)
        return Text(readme.FOREIGN, self.stat().mtime_ns, of_folder(self._path))

    def entries(self) -> Iterable[Entry]:
        yield Entry(readme.NAME, NodeKind.FILE)
