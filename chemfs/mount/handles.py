"""What is open, by the numbers that the kernel has for it. Knows no protocol."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Hashable
from dataclasses import dataclass

from chemfs.mount.inode import Inode
from chemfs.tree.nodes import Entry, Folder
from chemfs.tree.open_files import OpenFile

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class OpenHandle:
    """An open file; `place` is what locks through it are about, once one was asked for."""

    number: int
    inode: Inode
    file: OpenFile
    place: Hashable | None = None


@dataclass(eq=False, slots=True)
class Listing:
    """An open folder. Its names are as they were when it was read from the start."""

    folder: Folder
    _entries: list[Entry] | None = None

    def entries(self, offset: int) -> list[Entry]:
        """The names, found out at the first reading and whenever it begins anew."""
        if self._entries is None or offset == 0:
            self._entries = list(self.folder.entries())
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
        """An open file gets a number."""
        handle = OpenHandle(next(self._numbers), inode, file)
        self._files[handle.number] = handle
        return handle

    def pop(self, number: int) -> OpenHandle:
        """An open file is about to be closed."""
        return self._files.pop(number)

    def add_listing(self, folder: Folder) -> int:
        """The number of a folder that is opened."""
        number = next(self._numbers)
        self._listings[number] = Listing(folder)
        return number

    def listing(self, number: int) -> Listing:
        """An open folder."""
        return self._listings[number]

    def pop_listing(self, number: int) -> None:
        """An open folder is closed."""
        del self._listings[number]

    def close_all(self) -> None:
        """The mount has ended: close what is still open, as its programs would."""
        for handle in [self._files.pop(number) for number in list(self._files)]:
            try:
                handle.file.release()
            except Exception:
                logger.exception("a file that was open at the end could not be closed")
