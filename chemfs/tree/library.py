"""The top of a mount: one repository, or a library with a folder for each. Opens repositories on demand.

There is never more than one open repository for a folder, since it holds the drafts and pending removals. It lives
while it is in use, and for a while after.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from cachetools import LRUCache

from chemfs.tree import readme
from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import OnChange, OpenRepository
from chemfs.tree.real_file import Text
from chemfs.tree.repository import RepositoryFolder
from chemfs.tree.state import READ_ONLY_FOLDER_MODE
from chemigram_core.errors import NotARepository
from chemigram_core.library import Library
from chemigram_core.repository import Repository, missing_part

_LATEST = 100  # a library may have tens of thousands, and listing its folder opens each
_README = "README.txt"


class Repositories(ABC):
    """The repositories of one mount. Safe for many threads."""

    @property
    @abstractmethod
    def top(self) -> Folder:
        """The folder at the mountpoint."""

    @abstractmethod
    def roots(self) -> Iterable[Path]:
        """The folders of all repositories."""


def repositories_at(root: Path, on_change: OnChange | None) -> Repositories:
    """The repository at `root`, or the library. Raises NotARepository if it is neither."""
    return OneRepository(root, on_change) if missing_part(root) is None else ManyRepositories(root, on_change)


class OneRepository(Repositories):
    """A repository at the mountpoint."""

    def __init__(self, root: Path, on_change: OnChange | None) -> None:
        self._opened = OpenRepository(Repository(root), on_change)

    @property
    def top(self) -> Folder:
        return RepositoryFolder(lambda: self._opened)

    def roots(self) -> Iterable[Path]:
        return [self._opened.repository.root]


class ManyRepositories(Repositories):
    """A library; new repositories appear by themselves."""

    def __init__(self, root: Path, on_change: OnChange | None) -> None:
        if not root.is_dir():
            raise NotARepository(root, "not a folder")
        self.library = Library(root)
        self._on_change = on_change
        self._lock = threading.Lock()
        self._open: WeakValueDictionary[str, OpenRepository] = WeakValueDictionary()
        self._latest: LRUCache[str, OpenRepository] = LRUCache(_LATEST)

    @property
    def top(self) -> Folder:
        return LibraryFolder(self)

    def roots(self) -> Iterable[Path]:
        return [self.library.root / name for name in self.library.names()]

    def opened(self, name: str) -> OpenRepository:
        """The repository in the folder `name`. Raises NotFound."""
        with self._lock:
            opened = self._latest.get(name)
        if opened is not None and opened.repository.root.is_dir():
            return opened
        try:
            repository = self.library.repository(name)
        except NotARepository as error:
            with self._lock:
                self._latest.pop(name, None)
            raise NotFound(name) from error
        with self._lock:
            opened = self._open.get(name) or OpenRepository(repository, self._on_change)
            self._open[name] = self._latest[name] = opened
            return opened


class LibraryFolder(Folder):
    """The library's own folder."""

    __slots__ = ("_repositories",)

    def __init__(self, repositories: ManyRepositories) -> None:
        self._repositories = repositories

    def stat(self) -> Stat:
        return Stat(0, self._repositories.library.root.stat().st_mtime_ns, READ_ONLY_FOLDER_MODE)

    def lookup(self, name: str) -> Node:
        if name == _README:
            return Text(readme.LIBRARY, self.stat().mtime_ns)
        if missing_part(self._repositories.library.root / name) is not None:
            raise NotFound(name)
        return RepositoryFolder(partial(self._repositories.opened, name))

    def entries(self) -> Iterable[Entry]:
        yield Entry(_README, NodeKind.FILE)
        yield from (Entry(name, NodeKind.FOLDER) for name in self._repositories.library.names())
