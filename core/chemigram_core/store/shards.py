"""The folders of objects, each named by the first two digits of its objects. Knows no objects."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder

_HEX = frozenset("0123456789abcdef")
_BARE_LENGTH = 62  # of a name without a suffix


class Shards:
    """The folders of one store."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._durable: set[str] = set()  # folders that this process has created or synced; never removed

    def names(self) -> list[str]:
        """The names of all, sorted."""
        with Folder.enter(self._root, "objects") as folder:
            return [name for name in folder.names() if len(name) == 2 and _HEX.issuperset(name)]

    def durable(self, digest: Digest) -> Folder:
        """The folder for an object, created durably where it is missing."""
        parts = ("objects", digest.shard)
        if digest.shard in self._durable:
            with suppress(FileNotFoundError):
                return Folder.enter(self._root, *parts)
        shard = Folder.make_durable(self._root, *parts)
        self._durable.add(digest.shard)
        return shard

    @cached_property
    def have_bare_names(self) -> bool:
        """Whether objects are named without a suffix: all have the same form, so one folder suffices."""
        for shard in self.names():
            with Folder.enter(self._root, "objects", shard) as folder:
                if names := folder.names():
                    return any(len(name) == _BARE_LENGTH for name in names)
        return False
