"""A mount's tree in this process, asked as the kernel asks: name by name, then open, read and close."""

from __future__ import annotations

import os
from itertools import accumulate
from pathlib import Path

from chemfs.tree.filesystem import Filesystem
from chemfs.tree.nodes import Node

_WHOLE = 1 << 30


class Tree:
    """The tree below a mountpoint. Paths are relative to it."""

    def __init__(self, root: Path) -> None:
        """Show the repository or library at `root`; nothing runs beside the calls."""
        self._filesystem = Filesystem(root)

    def walk(self, path: str) -> Node:
        """Look every name of a path up, from the top."""
        return [self._filesystem.node(f"/{part}") for part in accumulate(path.split("/"), "{}/{}".format)][-1]

    def read(self, path: str) -> bytes:
        """Look a file up, open it, read and close it."""
        self.walk(path)
        number = self._filesystem.number(f"/{path}", os.O_RDONLY)
        try:
            return self._filesystem.handle(number).read(_WHOLE, 0)
        finally:
            self._filesystem.handle(number).flush()
            self._filesystem.release(number)

    def write(self, path: str, data: bytes) -> None:
        """Look a file up, write and close it."""
        self.walk(path)
        number = self._filesystem.number(f"/{path}", os.O_WRONLY | os.O_TRUNC)
        try:
            self._filesystem.handle(number).write(data, 0)
            self._filesystem.handle(number).flush()
        finally:
            self._filesystem.release(number)

    def names(self, path: str) -> list[str]:
        """Look a folder up and list it."""
        self.walk(path)
        number = self._filesystem.number_of_listing(f"/{path}")
        try:
            return [name for name, _ in self._filesystem.listing(number)]
        finally:
            self._filesystem.release_listing(number)
