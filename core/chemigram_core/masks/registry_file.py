"""masks/registry.json: the registry of one repository on disk. Writing is for the holder of the repository's lock."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.masks.registry import Registry

FOLDER = "masks"
FILE_NAME = "registry.json"

_Identity = tuple[int, int, int]


class RegistryFile:
    """The file, and what it said when it was last read. Safe for many threads and processes: it is replaced whole."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: tuple[_Identity | None, Registry] = (None, Registry())

    def read(self) -> Registry:
        """What the file says; an empty registry without one. Raises RegistryDamaged."""
        try:
            with Folder.enter(self._root, FOLDER) as folder, os.fdopen(folder.open(FILE_NAME), "rb") as file:
                identity = _identity(os.fstat(file.fileno()))
                known_identity, known = self._known
                if identity != known_identity:
                    known = Registry.parse(file.read())
                    self._known = (identity, known)
                return known
        except (FileNotFoundError, NotADirectoryError):
            return Registry()

    def update(self, change: Callable[[Registry], Registry]) -> None:
        """Change the registry; nothing is written when nothing changed. Raises RegistryDamaged."""
        known = self.read()
        if (changed := change(known)) != known:
            self.write(changed)

    def write(self, registry: Registry) -> None:
        """Put `registry` into the file, a line for each name, durable."""
        lines = (f"{_json(name)}: {_json(entry)}" for name, entry in registry.to_json().items())
        with Folder.make(self._root, FOLDER) as folder:
            folder.write(FILE_NAME, ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8", "surrogatepass"))
            self._known = (_identity(folder.stat(FILE_NAME)), registry)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _identity(status: os.stat_result) -> _Identity:
    return (status.st_ino, status.st_mtime_ns, status.st_size)
