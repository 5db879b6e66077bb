"""compare/<A>..<B>/drawn/: pictures of what changed in the drawn masks. Both states are parsed when it is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chemfs.tree.computed_files import ComputedFile
from chemfs.tree.drawn import time_and_permissions
from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened
from chemigram_core.compare.drawn_changes import DrawnChange, drawn_changes
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.file_names import SHAPE_FOLDER


class DrawnChangesFolder(Folder):
    """drawn/ of a comparison, or drawn/shapes/; always there, and empty if nothing changed."""

    __slots__ = ("_folder", "_opened", "_states")

    def __init__(self, opened: Opened, states: tuple[Digest, Digest], folder: str = "") -> None:
        """`folder` is the part of a path that leads here from drawn/, with a slash at the end."""
        self._opened = opened
        self._states = states
        self._folder = folder

    def stat(self) -> Stat:
        opened = self._opened()
        return Stat(0, time_and_permissions(opened.repository, *self._states)[0], *opened.permissions("objects"))

    def lookup(self, name: str) -> Node:
        path, changes, opened = self._folder + name, self._changes(), self._opened()
        if path == SHAPE_FOLDER and _has_shapes(changes):
            return DrawnChangesFolder(self._opened, self._states, f"{path}/")
        if (change := changes.get(path)) is None:
            raise NotFound(path)
        about = time_and_permissions(opened.repository, *self._states)
        return ComputedFile(opened.computed, (self._states, path, change.rasters), *about, change.heat_map)

    def entries(self) -> Iterable[Entry]:
        changes = self._changes()
        for path in changes:
            folder, _, name = path.rpartition("/")
            if folder == self._folder.rstrip("/"):
                yield Entry(name, NodeKind.FILE)
        if not self._folder and _has_shapes(changes):
            yield Entry(SHAPE_FOLDER, NodeKind.FOLDER)

    def _changes(self) -> Mapping[str, DrawnChange]:
        return drawn_changes(self._opened().repository, *self._states)


def _has_shapes(changes: Mapping[str, DrawnChange]) -> bool:
    return any(path.startswith(f"{SHAPE_FOLDER}/") for path in changes)
