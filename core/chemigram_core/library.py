"""A library: a folder of repositories, found on demand. Other folders are ignored."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from cachetools import LRUCache

from chemigram_core.errors import NotARepository
from chemigram_core.repository import Repository, missing_part


class Library:
    """The repositories directly below `root`. Safe for many threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = Lock()
        self._open: WeakValueDictionary[str, Repository] = WeakValueDictionary()  # each once, while it is in use
        self._recent: LRUCache[str, Repository] = LRUCache(1_000)  # kept for the next access: about 3 KB each

    def names(self) -> list[str]:
        """The names of the current repositories, sorted."""
        with os.scandir(self.root) as entries:
            return sorted(entry.name for entry in entries if missing_part(Path(entry.path)) is None)

    def repository(self, name: str) -> Repository:
        """The repository in the folder `name`. Raises NotARepository."""
        path = self.root / name
        if missing := missing_part(path):
            raise NotARepository(path, missing)
        with self._lock:
            if (repository := self._open.get(name)) is None:
                repository = self._open[name] = Repository(path)
            self._recent[name] = repository
            return repository
