"""roll/ as a folder: a flat list of images with their sidecars, as darktable opens it as one film roll."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, Folder, Node
from chemfs.tree.open_files import Stat
from chemfs.tree.roll.contents import Contents
from chemfs.tree.roll.file_nodes import RollSidecar
from chemfs.tree.state import ImageFile

NAME = "roll"
_MODE = 0o755


class RollFolder(Folder):
    """roll/."""

    __slots__ = ("_contents", "_time_ns")

    def __init__(self, contents: Contents, time_ns: Callable[[], int]) -> None:
        self._contents = contents
        self._time_ns = time_ns

    @property
    def listed(self) -> Hashable:
        return self._contents.changes

    def stat(self) -> Stat:
        return Stat(0, self._time_ns(), _MODE)

    def lookup(self, name: str) -> Node:
        if (found := self._contents.named().get(name)) is None:
            raise NotFound(name)
        if found.number is None:
            return ImageFile(found.image.source.opened)
        return RollSidecar(found.image, found.number)

    def entries(self) -> Iterable[Entry]:
        return self._contents.entries()
