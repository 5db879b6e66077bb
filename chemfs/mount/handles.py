"""Open files and folders by the handles that the kernel knows. Knows no protocol."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Hashable
from dataclasses import dataclass

from chemfs.mount.inode import Inode
from chemfs.tree.nodes import Entry, Folder, NodeKind
from chemfs.tree.open_files import OpenFile

_DOTS = (Entry(".", NodeKind.FOLDER), Entry("..", NodeKind.FOLDER))

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class OpenHandle:
    """An open file; `place` is where locks through it are, set at the first lock request."""

    number: int
    inode: Inode
    file: OpenFile
    place: Hashable | None = None


@dataclass(eq=False, slots=True)
class Listing:
    """An open folder. Its names are those of the last read from the start."""

    folder: Folder
    _entries: list[Entry] | None = None

    def entries(self, offset: int) -> list[Entry]:
        """The names, `.` and `..` first, listed at the first read and again at each read from the start."""
        if self._entries is None or offset == 0:
            self._entries = [*_DOTS, *self.folder.entries()]
        return self._entries


class Handles:
    """The open files and folders of one mount. Safe for many threads: each step is one operation of a dict."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._files: dict[int, OpenHandle] = {}
        self._listings: dict[int, Listing] = {}

    def __getitem__(self, number: int) -> OpenHandle:
        return self._files[number]

    def add(self, inode: Inode, file: OpenFile) -> OpenHandle:
        """Give an open file a handle."""
        handle = OpenHandle(next(self._numbers), inode, file)
        self._files[handle.number] = handle
        return handle

    def pop(self, number: int) -> OpenHandle:
        """Remove an open file that is about to be closed."""
        return self._files.pop(number)

    def add_listing(self, folder: Folder) -> int:
        """Give an open folder a handle."""
        number = next(self._numbers)
        self._listings[number] = Listing(folder)
        return number

    def listing(self, number: int) -> Listing:
        """An open folder."""
        return self._listings[number]

    def pop_listing(self, number: int) -> None:
        """Remove an open folder that is closed."""
        del self._listings[number]

    def close_all(self) -> None:
        """Close what is still open when the mount has ended, as the programs would."""
        for handle in [self._files.pop(number) for number in list(self._files)]:
            try:
                handle.file.release()
            except Exception:
                logger.exception("could not close a file that was open at the end of the mount")
