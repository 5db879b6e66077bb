"""The top of a mount: one repository, or a library with its folders. Opens repositories on demand.

There is never more than one open repository for a folder, since it holds the drafts and pending removals. It lives
while it is in use, and for a while after. A folder is known by its device and inode, whatever paths lead to it.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from cachetools import LRUCache

from chemfs.tree import readme
from chemfs.tree.errors import NotFound, ReadOnly
from chemfs.tree.foreign_folder import ForeignFolder
from chemfs.tree.heads.draft_files import has_drafts
from chemfs.tree.image_log import log_missing_images
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import OnChange, Opened, OpenRepository
from chemfs.tree.permissions import Permissions, of_folder
from chemfs.tree.real_file import Text
from chemfs.tree.repository import RepositoryFolder, RollOfRepository
from chemfs.tree.roll.contents import Contents
from chemfs.tree.roll.images import Source, Sources
from chemfs.tree.roll.real_writer import RollScratch
from chemfs.tree.roll.roll_folder import NAME as ROLL
from chemfs.tree.roll.roll_folder import RollFolder
from chemfs.tree.tagged import tagged_folder
from chemigram_core.durable.ownership import is_own, is_trusted
from chemigram_core.errors import Refused
from chemigram_core.folder_kind import FolderKind, kind_of
from chemigram_core.library_folders import RESERVED, Library, Parts
from chemigram_core.repository import Repository, missing_part

_LATEST = 100  # a library may have tens of thousands, and a file manager looks into each
_ROLLS = 20  # what a roll shows is about 1 KB for each image
_OWN = {"tagged": tagged_folder}  # what each folder has beside what is in it

_Identity = tuple[int, int]


class Repositories(ABC):
    """The repositories of one mount. Safe for many threads."""

    @property
    @abstractmethod
    def top(self) -> Folder:
        """The folder at the mountpoint."""

    @abstractmethod
    def with_drafts(self) -> Iterable[Path]:
        """The folders of the repositories that hold drafts, of this mount or of dead ones."""

    @abstractmethod
    def log_missing_images(self) -> None:
        """Log which images are not available."""


def repositories_at(root: Path, on_change: OnChange | None, *, for_darktable: bool = False) -> Repositories:
    """The repository at `root`, or the library. Raises NotALibrary if it is neither.

    `for_darktable`: its folders list nothing but roll/ and each other. All else is there, but has to be named.
    """
    kind = OneRepository if missing_part(root) is None else ManyRepositories
    return kind(root, on_change, for_darktable=for_darktable)


class OneRepository(Repositories):
    """A repository at the mountpoint."""

    def __init__(self, root: Path, on_change: OnChange | None, *, for_darktable: bool) -> None:
        self._opened = OpenRepository(Repository(root), on_change)
        self._for_darktable = for_darktable
        source = Source(str(root), lambda: self._opened, lambda: self._opened.repository)
        self._roll = Contents(lambda: Sources([source], (str(root),)), may_write=on_change is not None)

    @property
    def top(self) -> Folder:
        scratch = RollScratch(self._opened.repository.root, ("scratch", ".roll"))
        roll = RollFolder(self._roll, scratch, self._opened.time_ns, self._opened.check_writable)
        kind = RollOfRepository if self._for_darktable else RepositoryFolder
        return kind(lambda: self._opened, {ROLL: roll})

    def with_drafts(self) -> Iterable[Path]:
        return [self._opened.repository.root]

    def log_missing_images(self) -> None:
        if (image := self._opened.repository.image) is not None:
            self._opened.image_look.is_there(image)


class ManyRepositories(Repositories):
    """A library; new repositories and folders appear by themselves."""

    def __init__(self, root: Path, on_change: OnChange | None, *, for_darktable: bool) -> None:
        self.library = Library(root)
        self._root = str(root)
        self.for_darktable = for_darktable
        self._on_change = on_change
        self._lock = threading.Lock()
        self._open: WeakValueDictionary[_Identity, OpenRepository] = WeakValueDictionary()
        self._latest: LRUCache[_Identity, OpenRepository] = LRUCache(_LATEST)
        self._rolls: LRUCache[Parts, tuple[Contents, RollScratch]] = LRUCache(_ROLLS)
        self._scratches: WeakValueDictionary[Parts, RollScratch] = WeakValueDictionary()  # while a file there is open

    @property
    def top(self) -> Folder:
        return LibraryFolder(self, ())

    def with_drafts(self) -> Iterable[Path]:
        """Costs one more stat for each repository of the library."""
        return map(Path, filter(has_drafts, self.library.repositories()))

    def log_missing_images(self) -> None:
        log_missing_images(map(Path, self.library.repositories()))

    def opened(self, parts: Parts) -> OpenRepository:
        """The repository in a folder of the library. Raises NotFound."""
        identity, path = _identity(self._own(parts)), "/".join((self._root, *parts))
        with self._lock:
            opened = self._open.get(identity)
            if opened is None or not (opened.path == path or _leads_to(opened.path, identity)):
                opened = OpenRepository(self._repository(parts), self._on_change)
            self._open[identity] = self._latest[identity] = opened
            return opened

    def seen(self, parts: Parts) -> Repository:
        """The same to be looked at only: it is not kept, and knows nothing of drafts. Raises NotFound."""
        self._own(parts)
        return self._repository(parts)

    def _own(self, parts: Parts) -> os.stat_result:
        """The attributes of the folder of a repository that may be opened. Raises NotFound."""
        try:
            status = self.library.stat(parts)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound(parts[-1]) from error
        if not self.may_open(parts, status):
            raise NotFound(parts[-1])
        return status

    def _repository(self, parts: Parts) -> Repository:
        try:
            return Repository(self.library.path(parts))
        except Refused as error:
            raise NotFound(parts[-1]) from error

    def may_open(self, parts: Parts, status: os.stat_result) -> bool:
        """Whether a repository with these attributes is one's own, or trusted."""
        return is_own(status) or is_trusted(self.library.path(parts))

    def roll(self, parts: Parts, time_ns: Callable[[], int]) -> Folder:
        """roll/ of a folder of the library."""
        with self._lock:
            if (known := self._rolls.get(parts)) is None:
                may_write = self._on_change is not None
                contents = Contents(partial(self._sources, parts), may_write=may_write)
                scratch = self._scratches.setdefault(parts, RollScratch(self.library.path(parts), (".scratch",)))
                known = self._rolls[parts] = contents, scratch
        return RollFolder(*known, time_ns, self._check_writable)

    def _check_writable(self) -> None:
        if self._on_change is None:
            raise ReadOnly(self.library.root.name)

    def _sources(self, parts: Parts) -> Sources:
        """The repositories in a folder."""
        place = self.library.path(parts)
        names, others = self.library.repository_names(parts)
        found = [self._source(f"{place}/{name}", (*parts, name)) for name in names]
        return Sources(found, (str(place), *(f"{place}/{name}" for name in others)))

    def _source(self, root: str, parts: Parts) -> Source:
        return Source(root, partial(self.opened, parts), partial(self.seen, parts))


class LibraryFolder(Folder):
    """A folder of the library, which holds repositories and more such folders."""

    __slots__ = ("_parts", "_repositories")

    def __init__(self, repositories: ManyRepositories, parts: Parts) -> None:
        self._repositories, self._parts = repositories, parts

    def stat(self) -> Stat:
        return Stat(0, self._library.stat(self._parts).st_mtime_ns, *self._permissions())

    def lookup(self, name: str) -> Node:
        if name == readme.NAME:
            return Text(readme.LIBRARY, self.stat().mtime_ns, self._permissions())
        if name in _OWN:
            return _OWN[name](self._library.root, self._parts, self._opened_in)
        if name == ROLL:
            return self._repositories.roll(self._parts, lambda: self.stat().mtime_ns)
        if name in RESERVED or name.startswith("."):
            raise NotFound(name)
        parts = (*self._parts, self._library.on_disk(self._parts, name))
        try:
            status = self._library.stat(parts)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound(name) from error
        match kind_of(str(self._library.path(parts))):
            case FolderKind.REPOSITORY if self._repositories.may_open(parts, status):
                return RepositoryFolder(self._opened_in(parts[-1]))
            case FolderKind.REPOSITORY:
                return ForeignFolder(str(self._library.path(parts)))
            case FolderKind.OTHER:
                return LibraryFolder(self._repositories, parts)
        raise NotFound(name)

    def entries(self) -> Iterable[Entry]:
        if self._repositories.for_darktable:
            names = [ROLL, *self._library.names(self._parts, {FolderKind.OTHER})]
        else:
            yield Entry(readme.NAME, NodeKind.FILE)
            names = [ROLL, *_OWN, *self._library.names(self._parts)]
        yield from (Entry(name, NodeKind.FOLDER) for name in names if name != readme.NAME)

    def _opened_in(self, name: str) -> Opened:
        """The repository in a folder of this one, by its name on disk."""
        return partial(self._repositories.opened, (*self._parts, name))

    def _permissions(self) -> Permissions:
        return of_folder(str(self._library.path(self._parts)))

    @property
    def _library(self) -> Library:
        return self._repositories.library


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino


def _leads_to(path: str, identity: _Identity) -> bool:
    """Whether a path still leads to a folder: a renamed folder is opened again under its new path."""
    try:
        return _identity(os.stat(path)) == identity  # noqa: PTH116 - each look at a file in the mount may do it
    except OSError:
        return False
