"""rejected/: saves that were rejected, each with a file that gives the reason."""

from __future__ import annotations

from collections.abc import Iterable

from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.real_file import RealFile
from chemigram_core.durable.folder import Folder as RealFolder
from chemigram_core.rejected import FOLDER


class RejectedFolder(Folder):
    """rejected/."""

    __slots__ = ("_opened",)

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def stat(self) -> Stat:
        opened = self._opened()
        return Stat(0, opened.time_ns(), *opened.permissions(FOLDER))

    def lookup(self, name: str) -> Node:
        file = RealFile(self._opened, FOLDER, name)
        file.stat()
        return file

    def entries(self) -> Iterable[Entry]:
        try:
            with RealFolder.enter(self._opened().repository.root, FOLDER) as folder:
                return [Entry(name, NodeKind.FILE) for name in folder.names()]
        except (FileNotFoundError, NotADirectoryError):  # a link is not followed
            return []
