"""The names that the kernel may cache for a while although their targets may change, and what they depend on.

When they change, the inode that a kept name led to becomes stale, and the kernel drops its attributes. So it asks for
them, or opens the file, and is refused once: then it looks the name up again. Nothing here makes the kernel drop the
name itself (FUSE_NOTIFY_INVAL_ENTRY): for that it waits for all requests that hold the folder, and if the daemon is
killed meanwhile, every program in the folder hangs forever.

What interleaves:

| while …                   | there comes …           | so                                                             |
| ------------------------- | ----------------------- | -------------------------------------------------------------- |
| a look-up reads a source  | a change of the source  | `keep` hears of it, and the name is not kept                   |
| an answer is on its way   | a change of the source  | the kernel drops attributes that are older than the change     |
| a change is not heard yet | an open of the old file | it hears of the change first, and is refused                   |
| a name is kept            | an open to write it     | it is refused once, and the writer gets an inode of its own:   |
|                           |                         | nobody knows which programs hold the kept one                  |
| a name is kept            | its rename              | it is refused once, since the kernel would keep the answer     |
|                           |                         | under the new name; for a while the name is not kept           |
| a program has a file open | a save of the file      | fstat must go on, so nothing is refused: the kernel looks the  |
|                           |                         | name up when its time has passed                               |

The lock is held while the kernel drops attributes, which waits for no request; no other lock is taken under it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cachetools import TTLCache

from chemfs.mount.inode import Inode
from chemfs.mount.watches import ANY, Watched, Watches
from chemfs.tree.nodes import Source

_RENAMES, _RENAME_SECONDS = 10_000, 5.0  # within which a refused rename comes again


class Seen(NamedTuple):
    """What the names of a folder depend on, and how many changes were known before one was looked up."""

    sources: tuple[Watched, ...]
    changes: int


@dataclass(slots=True)
class _Names:
    """The names kept in one folder."""

    sources: tuple[Watched, ...]
    inodes: dict[str, Inode]


class CachedNames:
    """The cached names of one mount. Safe for many threads."""

    def __init__(self, drop_attributes: Callable[[int], None]) -> None:
        """`drop_attributes` makes the kernel drop those of an inode."""
        self._drop_attributes = drop_attributes
        self._lock = threading.Lock()  # guards everything below, the watches too
        self._watches: Watches | None = None  # until something may be kept
        self._changes = 0
        self._names: dict[Inode, _Names] = {}  # by folder
        self._folders: dict[Watched, set[Inode]] = {}  # that have kept names, by what these depend on
        self._renamed: TTLCache[tuple[int, str], None] = TTLCache(_RENAMES, _RENAME_SECONDS)

    def look(self, sources: Sequence[Source]) -> Seen | None:
        """Call before a name is looked up in a folder that depends on `sources`; None if it can't be kept."""
        with self._lock:
            if (watches := self._started()) is None:
                return None
            found = [Watched(watch, name) for path, name in sources if (watch := watches.add(path)) is not None]
            return Seen(tuple(found), self._changes) if len(found) == len(sources) else None

    def keep(self, inode: Inode, seen: Seen) -> bool:
        """Whether the kernel may keep the name that an inode was found at; False if it may have changed meanwhile."""
        with self._lock:
            self._hear()
            if self._changes != seen.changes or inode.parent is None:
                return False
            inode.is_stale = False
            if (inode.parent.number, inode.name) in self._renamed:
                return False
            self._names_in(inode.parent, seen.sources)[inode.name] = inode
            return True

    def hear(self) -> None:
        """Take note of all changes so far. From then on, inodes that a kept name no longer leads to are stale."""
        with self._lock:
            self._hear()

    def release(self, folder: Inode, name: str) -> bool:
        """Keep a name no longer that is to be renamed; whether it was kept."""
        with self._lock:
            if (is_kept := self._remove(folder, name)) is True:
                self._renamed[folder.number, name] = None
            return is_kept

    def removed(self, folder: Inode, name: str) -> None:
        """A name was removed, and the kernel knows it."""
        with self._lock:
            self._remove(folder, name)

    def forgotten(self, inode: Inode) -> None:
        """The kernel has forgotten an inode."""
        with self._lock:
            self._take(inode)
            if inode.is_kept and inode.parent is not None:
                self._remove(inode.parent, inode.name, inode)

    def _started(self) -> Watches | None:
        """The watches, with the thread that waits for changes. None if the system gives none."""
        if self._watches is None:
            try:
                self._watches = Watches()
            except OSError:
                return None
            threading.Thread(target=self._listen, args=(self._watches,), name="changes", daemon=True).start()
        return self._watches

    def _listen(self, watches: Watches) -> None:
        while True:
            watches.wait()
            self.hear()

    def _hear(self) -> None:
        for change in self._watches.changes() if self._watches else ():
            self._changes += 1
            for folder in self._affected(change):
                self._drop(folder)

    def _affected(self, change: Watched | None) -> Iterable[Inode]:
        """The folders whose kept names may have changed."""
        if change is None:
            return [*self._names]
        if change.name != ANY:
            return self._folders.get(change, set()) | self._folders.get(Watched(change.watch, ANY), set())
        return {folder for source, known in self._folders.items() if source.watch == change.watch for folder in known}

    def _drop(self, folder: Inode) -> None:
        """Keep no name in a folder any more."""
        for inode in self._take(folder).values():
            inode.is_stale = True
            self._drop_attributes(inode.number)

    def _names_in(self, folder: Inode, sources: tuple[Watched, ...]) -> dict[str, Inode]:
        names = self._names.get(folder)
        if names is not None and names.sources != sources:  # it was moved
            self._drop(folder)
            names = None
        if names is None:
            names = self._names[folder] = _Names(sources, {})
            for source in sources:
                self._folders.setdefault(source, set()).add(folder)
        return names.inodes

    def _remove(self, folder: Inode, name: str, inode: Inode | None = None) -> bool:
        """Remove a name, if it leads to that inode, by default to any; whether it was there."""
        names = self._names.get(folder)
        if names is None or name not in names.inodes or inode not in (None, names.inodes[name]):
            return False
        del names.inodes[name]
        return True

    def _take(self, folder: Inode) -> dict[str, Inode]:
        """Remove a folder with its names, and return them."""
        if (names := self._names.pop(folder, None)) is None:
            return {}
        for source in names.sources:
            self._folders[source].discard(folder)
            if not self._folders[source]:
                del self._folders[source]
        return names.inodes
