"""The new states of the repositories below a folder, from any program: found in the lines that their logs got.

What a mount changes is looked at each time, since its saves call `watch`. The others are looked at in rounds, a few
each time, so that a large library costs no more than a small one, and its states are found a little later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from threading import Lock
from time import monotonic

from cachetools import LRUCache

from chemigram_core.digest import Digest
from chemigram_core.durable.ownership import require_own
from chemigram_core.errors import ChemigramError
from chemigram_core.folder_kind import is_library
from chemigram_core.library_folders import Library
from chemigram_core.log.journal import OperationLog
from chemigram_core.repository import Repository

_MOST_CHANGED = 1_000  # repositories that the mount changed lately; a look costs one stat for each
_AT_ONCE = 100  # of the others; a round also costs a listing of the library
_ROUND_SECONDS = 30.0  # at least

StateAt = tuple[Path, Digest]
"""A snapshot, and the repository that it is in."""


class NewStates:
    """Call `begin` first. `watch` is safe for many threads, the other methods are for one."""

    def __init__(self, root: Path) -> None:
        """`root` is a repository, a library or a folder of one."""
        self._root = root
        self._lock = Lock()  # guards both of these; held for no longer than a stat, since saves call `watch`
        self._offsets: dict[str, int] = {}  # how far each log was read; also of what is away, since it may come back
        self._changed: LRUCache[str, None] = LRUCache(_MOST_CHANGED)
        self._round: Iterator[str] = iter(())
        self._round_ends = 0.0  # at this time, or later

    def begin(self) -> None:
        """Report what comes from now on; the states that are there already are old."""
        for root in repositories(self._root):
            with self._lock, suppress(OSError):
                self._offsets.setdefault(root, _extent_bytes(root))
        self._round_ends = monotonic() + _ROUND_SECONDS

    def watch(self, repository: Repository) -> None:
        """A repository is about to change."""
        root = str(repository.root)
        with self._lock:
            if root not in self._offsets:
                self._offsets[root] = repository.log.extent()[1]
            self._changed[root] = None

    def take(self) -> Iterator[StateAt]:
        """The states that were found since the last call, the oldest of each repository first."""
        with self._lock:
            changed = list(self._changed)
        for root in dict.fromkeys((*changed, *self._next_ones())):
            with suppress(ChemigramError, OSError):  # it is gone or damaged: fsck and status report it
                yield from self._look(root)

    def _look(self, root: str) -> Iterator[StateAt]:
        with self._lock:
            offset_bytes = self._offsets.get(root, 0)  # a repository that is new itself has new states only
        if _extent_bytes(root) == offset_bytes:
            return
        require_own(Path(root))
        for _, entry, offset in Repository(Path(root)).log.lines_from(offset_bytes):
            offset_bytes = offset
            if entry is not None and entry.hash is not None:
                yield Path(root), entry.hash
        with self._lock:
            self._offsets[root] = offset_bytes

    def _next_ones(self) -> list[str]:
        """The next repositories of the round, which begins again at its end."""
        found = list(islice(self._round, _AT_ONCE))
        if not found and monotonic() >= self._round_ends:
            self._round, self._round_ends = repositories(self._root), monotonic() + _ROUND_SECONDS
        return found


def repositories(root: Path) -> Iterator[str]:
    """The repository, or all of a library, in the order of the disk; none while the drive is away."""
    with suppress(ChemigramError, OSError):
        yield from Library(root).repositories() if is_library(root) else (str(root),)


def _extent_bytes(root: str) -> int:
    return OperationLog(Path(root)).extent()[1]
