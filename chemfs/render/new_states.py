"""The states that were saved in some repositories since they are watched, found in the lines that their logs got."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from cachetools import LRUCache

from chemigram_core.digest import Digest
from chemigram_core.log.journal import OperationLog
from chemigram_core.repository import Repository

_MOST = 1_000  # repositories that are watched; a look costs one stat for each


class NewStates:
    """Use `watch` before a repository changes. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()  # guards the offsets; held for no longer than a stat, since saves call `watch`
        self._offsets: LRUCache[Path, int] = LRUCache(_MOST)  # how far each log was read

    def watch(self, repository: Repository) -> None:
        """Report the states that a repository gets from now on."""
        with self._lock:
            if self._offsets.get(repository.root) is None:
                self._offsets[repository.root] = repository.log.extent()[1]

    def take(self) -> Iterator[tuple[Repository, Digest]]:
        """The states since the last call, the oldest of each repository first. For one thread."""
        with self._lock:
            watched = list(self._offsets.items())
        for root, offset_bytes in watched:
            with suppress(OSError):  # it is gone
                if OperationLog(root).extent()[1] != offset_bytes:
                    yield from self._read(Repository(root), offset_bytes)

    def _read(self, repository: Repository, offset_bytes: int) -> Iterator[tuple[Repository, Digest]]:
        for _, entry, offset in repository.log.lines_from(offset_bytes):
            offset_bytes = offset
            if entry is not None and entry.hash is not None:
                yield repository, entry.hash
        with self._lock:
            self._offsets[repository.root] = offset_bytes
