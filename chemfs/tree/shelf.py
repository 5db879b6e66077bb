"""Where the repositories of a mount are found: one at the mountpoint, or a library with a folder for each."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from weakref import WeakValueDictionary

from cachetools import LRUCache

from chemfs.tree import paths, readme
from chemfs.tree.errors import IsAFolder, NotFound
from chemfs.tree.nodes import Directory, Entry, File, Node, NodeKind
from chemfs.tree.paths import Parts
from chemfs.tree.repository_view import RepositoryView
from chemigram_core.errors import NotARepository
from chemigram_core.library import Library
from chemigram_core.repository import Repository, missing_part

_LATEST = 100  # a library may have tens of thousands, and a look into its folder meets each


class Shelf(Protocol):
    """The views of the repositories in one mount. Safe for many threads."""

    def node(self, parts: Parts) -> Node:
        """What stands at a path of the mount. Raises NotFound."""

    def find(self, parts: Parts) -> tuple[RepositoryView | None, Parts]:
        """The repository that a path leads into and the rest of the path; None for a file of the library's own."""

    def inside(self, parts: Parts) -> Parts:
        """The part of a path below its repository's folder."""

    def roots(self) -> Iterable[Path]:
        """The folders of all repositories."""


def shelf_at(root: Path) -> Shelf:
    """The repository at `root`, or the library. Raises NotARepository when it is neither."""
    return OneRepository(root) if missing_part(root) is None else ManyRepositories(root)


class OneRepository:
    """A repository at the mountpoint."""

    def __init__(self, root: Path) -> None:
        self._view = RepositoryView(Repository(root))

    def node(self, parts: Parts) -> Node:
        return self._view.node(parts)

    def find(self, parts: Parts) -> tuple[RepositoryView | None, Parts]:
        return self._view, parts

    def inside(self, parts: Parts) -> Parts:
        return parts

    def roots(self) -> Iterable[Path]:
        return [self._view.repository.root]


class ManyRepositories:
    """A library: a folder for each repository; new ones appear by themselves.

    There is never more than one view of a repository. It lives while somebody holds it, and for a while after.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise NotARepository(root, "it is no folder")
        self._library = Library(root)
        self._lock = threading.Lock()
        self._views: WeakValueDictionary[str, RepositoryView] = WeakValueDictionary()
        self._latest: LRUCache[str, RepositoryView] = LRUCache(_LATEST)

    def node(self, parts: Parts) -> Node:
        if not parts:
            return Directory(self._library.root.stat().st_mtime_ns, self._entries)
        view, inside = self.find(parts)
        return self._readme() if view is None else view.node(inside)

    def find(self, parts: Parts) -> tuple[RepositoryView | None, Parts]:
        if not parts:
            raise IsAFolder("/")
        if parts == (paths.README,):
            return None, parts
        try:
            repository = self._library.repository(parts[0])
        except NotARepository as error:
            raise NotFound(parts[0]) from error
        with self._lock:
            view = self._views.get(parts[0]) or RepositoryView(repository)
            self._views[parts[0]] = self._latest[parts[0]] = view
            return view, parts[1:]

    def inside(self, parts: Parts) -> Parts:
        return parts[1:]

    def roots(self) -> Iterable[Path]:
        return [self._library.root / name for name in self._library.names()]

    def _entries(self) -> Iterable[Entry]:
        yield paths.README, NodeKind.FILE
        yield from ((name, NodeKind.FOLDER) for name in self._library.names())

    def _readme(self) -> File:
        return File(len(readme.LIBRARY), self._library.root.stat().st_mtime_ns)
