"""A library: a folder of repositories, found on demand. A folder that is no repository is passed over."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from chemigram_core.errors import NotARepository
from chemigram_core.repository import Repository, what_lacks


class Library:
    """The repositories directly below `root`. Safe for many threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = Lock()
        self._open: WeakValueDictionary[str, Repository] = WeakValueDictionary()  # each once, while somebody has it

    def names(self) -> list[str]:
        """The repositories that are there now, sorted."""
        with os.scandir(self.root) as entries:
            return sorted(entry.name for entry in entries if what_lacks(Path(entry.path)) is None)

    def repository(self, name: str) -> Repository:
        """The repository in the folder `name`. Raises NotARepository."""
        path = self.root / name
        if lacking := what_lacks(path):
            raise NotARepository(path, lacking)
        with self._lock:
            if (repository := self._open.get(name)) is None:
                repository = self._open[name] = Repository(path)
            return repository
