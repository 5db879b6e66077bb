"""States in the store whose origin no line of the log tells, and which of them somebody needs. Reads no objects."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import StoreFailed
from chemigram_core.objects import Kind, ObjectStore
from chemigram_core.operation_log import OperationLog
from chemigram_core.refs import Refs


class Untold:
    """What the log of one repository doesn't tell. Raises NotAFile."""

    def __init__(self, root: Path) -> None:
        self._objects = ObjectStore(root)
        self._told: set[Digest] = set()
        self._named: set[Digest] = set()
        with suppress(StoreFailed):  # a damaged ref is a finding of its own
            self._named.update(Refs(root).targets())
        for entry in OperationLog(root).entries():
            if entry.parent is not None:
                self._named.add(entry.parent)
            if entry.hash is not None and entry.tells_origin:
                self._told.add(entry.hash)

    def named(self) -> list[Digest]:
        """Those that a ref points at or a line has as a parent: what the log had of them is lost."""
        return [digest for digest in sorted(self._named - self._told) if self._objects.has(digest, Kind.SNAPSHOT)]

    def all(self) -> list[Digest]:
        """All of them, as they were stored; a save that was cut off may have left some."""
        stored = sorted((found.mtime_ns, found.digest) for found in self._objects if found.kind is Kind.SNAPSHOT)
        return [digest for _, digest in stored if digest not in self._told]
