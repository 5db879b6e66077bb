"""An index of the tags of a library folder's images, kept up to date.

Looks at names alone, and opens neither refs nor objects. What was read of a repository is recognized by the identity of
the folders that say it: looking again costs three stats for each repository, and nothing within a second after a look
that found everything as it was. While something changes, each look is a new one, so a copy that is begun after a change
finds all of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock

from cachetools import LRUCache, cached

from chemigram_core.durable.file_cache import lasting_identity
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.ownership import is_own, is_trusted
from chemigram_core.errors import ChemigramError
from chemigram_core.folder_kind import FolderKind, kind_of
from chemigram_core.image.raw_folder import FOLDER, image_name
from chemigram_core.library.tag_folders import ImageTags, TagContent, tag_folders
from chemigram_core.library_folders import Parts, kinds_in
from chemigram_core.names import TagName
from chemigram_core.refs.ref_tree import folders_of
from chemigram_core.repository import Repository

TRUST_SECONDS = 1.0  # changes by others show within a second

_FOLDERS = 100  # of libraries, whose images are remembered
_generations = count(1)

_Identity = tuple[int, ...]
_MISSING: _Identity = ()
_NOTHING = ImageTags((), None, 0)


@dataclass(frozen=True, slots=True)
class TaggedImages:
    """The images with tags at one moment, as folders. The generation is another number whenever they may differ."""

    folders: Mapping[str, TagContent]
    generation: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of one repository, and the identities of the folders that it depends on, by their paths."""

    about: ImageTags
    seen: Mapping[str, _Identity | None]


class TagIndex:
    """The tagged images of one folder of a library. Safe for many threads. Methods raise OSError."""

    def __init__(self, root: Path, parts: Parts) -> None:
        self._root, self._parts = root, parts
        self.folder = root.joinpath(*parts)
        self._lock = Lock()
        self._seen: _Identity | None = None
        self._kinds: dict[str, FolderKind] = {}
        self._known: dict[str, _Known] = {}
        self._looked = -TRUST_SECONDS
        self._is_quiet = False
        self._latest = TaggedImages(tag_folders({}), 0)

    def recent(self) -> TaggedImages:
        """The tagged images as they were less than a second ago."""
        return self._latest if time.monotonic() < self._looked + TRUST_SECONDS else self.look()

    def current(self) -> TaggedImages:
        """The same, but looked up again if the last look found a change, since they may still be changing."""
        return self.recent() if self._is_quiet else self.look()

    def look(self) -> TaggedImages:
        """The tagged images as they are."""
        asked = time.monotonic()
        with self._lock:
            # Another thread may have looked while this one waited: what it began to read after the question is as new.
            return self._latest if self._looked > asked else self._look()

    def _look(self) -> TaggedImages:
        with Folder.enter(self._root, *self._parts) as folder:
            now, now_ns = time.monotonic(), time.time_ns()  # from before the look: a later change is seen by the next
            before = self._known
            self._known = {name: self._look_at(name, folder, now_ns) for name in self._repositories(folder, now_ns)}
            self._is_quiet = list(map(id, self._known.values())) == list(map(id, before.values()))
            if not self._latest.generation or _abouts(before) != _abouts(self._known):
                self._latest = TaggedImages(tag_folders(_abouts(self._known)), next(_generations))
            self._looked = now
            return self._latest

    def _repositories(self, folder: Folder, now_ns: int) -> list[str]:
        """The repositories in the folder. It is listed again if it has changed, or if another folder in it has."""
        seen = _identity(".", folder, now_ns)
        if None in (seen, self._seen) or seen != self._seen or self._has_other_kinds(folder):
            self._seen, self._kinds = seen, kinds_in(folder)
        return [name for name, kind in self._kinds.items() if kind is FolderKind.REPOSITORY]

    def _has_other_kinds(self, folder: Folder) -> bool:
        others = ((name, kind) for name, kind in self._kinds.items() if kind is not FolderKind.REPOSITORY)
        return any(kind_of(name, folder.descriptor) is not kind for name, kind in others)

    def _look_at(self, name: str, folder: Folder, now_ns: int) -> _Known:
        known = self._known.get(name)
        if known is not None and all(
            identity is not None and identity == _identity(path, folder, now_ns)
            for path, identity in known.seen.items()
        ):
            return known
        return _read(self.folder / name, folder, now_ns)


@cached(LRUCache(_FOLDERS), lock=Lock())
def tag_index(root: Path, parts: Parts) -> TagIndex:
    """The one index of a folder of the library at `root`."""
    return TagIndex(root, parts)


def _abouts(known: Mapping[str, _Known]) -> dict[str, ImageTags]:
    return {name: one.about for name, one in known.items()}


def _read(root: Path, folder: Folder, now_ns: int) -> _Known:
    """What the repository at `root` has; nothing if it can't be read, which is looked at again each time.

    Another user's has nothing, either, unless it is trusted.
    """
    paths = [f"{root.name}/{'/'.join(parts)}" for parts in folders_of(root, TagName)]
    found = {path: _status(path, folder) for path in (root.name, *paths, f"{root.name}/{FOLDER}")}
    seen = {path: _identity_by(status, now_ns) for path, status in found.items()}
    try:
        if not (((own := found[root.name]) and is_own(own)) or is_trusted(root)):
            return _Known(_NOTHING, seen)
        tags = Repository(root).refs.tags()
        time_ns = max((status.st_mtime_ns for path in paths if (status := found[path])), default=0)
        name = image_name(root)
    except (ChemigramError, OSError):
        return _Known(_NOTHING, {**seen, root.name: None})
    return _Known(ImageTags(tuple(tags), name, time_ns), seen)


def _identity(path: str, folder: Folder, now_ns: int) -> _Identity | None:
    return _identity_by(_status(path, folder), now_ns)


def _identity_by(status: os.stat_result | None, now_ns: int) -> _Identity | None:
    return _MISSING if status is None else lasting_identity(status, now_ns)


def _status(path: str, folder: Folder) -> os.stat_result | None:
    try:
        return os.stat(path, dir_fd=folder.descriptor, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
