"""masks/registry.json: the registry of one repository on disk. Writing is for the holder of the repository's lock."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from chemigram_core.durable import beneath
from chemigram_core.durable.file_cache import FileCache
from chemigram_core.durable.folder import Folder, read_whole
from chemigram_core.errors import CannotBeLogged, RegistryDamaged
from chemigram_core.layout import REGISTRY_BYTES
from chemigram_core.masks.registry import Registry

FOLDER = "masks"
FILE_NAME = "registry.json"

_REGISTRIES: FileCache[Registry] = FileCache(100)


class RegistryFile:
    """The file. Safe for many threads and processes: it is replaced whole."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self) -> Registry:
        """The content of the file; an empty registry without one. Raises RegistryDamaged."""
        try:
            descriptor = beneath.open_file(self._root, FOLDER, FILE_NAME)
        except (FileNotFoundError, NotADirectoryError):
            return Registry()
        try:
            return _REGISTRIES.get(descriptor, _parsed)
        finally:
            os.close(descriptor)

    def update(self, change: Callable[[Registry], Registry]) -> None:
        """Change the registry; nothing is written when nothing changed. Raises RegistryDamaged."""
        known = self.read()
        if (changed := change(known)) != known:
            self.write(changed)

    def write(self, registry: Registry) -> None:
        """Put `registry` into the file, a line for each name, durable. Raises CannotBeLogged."""
        lines = (f"{_json(name)}: {_json(entry)}" for name, entry in registry.to_json().items())
        data = ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8", "surrogatepass")
        if len(data) > REGISTRY_BYTES:
            raise CannotBeLogged(f"the registry would have {len(data)} bytes, and the limit is {REGISTRY_BYTES}")
        with Folder.make(self._root, FOLDER) as folder:
            folder.write(FILE_NAME, data)


def _parsed(descriptor: int, status: os.stat_result) -> Registry:
    if status.st_size > REGISTRY_BYTES:
        raise RegistryDamaged(f"beyond the limit of {REGISTRY_BYTES} bytes")
    return Registry.parse(read_whole(descriptor))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
