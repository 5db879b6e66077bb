"""States without an origin in the log, and which of them are in use. Reads no objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import StoreFailed
from chemigram_core.log.lineage import Lineage
from chemigram_core.refs.refs import Refs
from chemigram_core.store.objects import Kind, ObjectStore


class Unlogged:
    """The states missing in the `lineage` of a repository's log; `targets` is what its refs point at."""

    def __init__(self, root: Path, lineage: Lineage) -> None:
        self._objects = ObjectStore(root)
        self._lineage = lineage
        self.targets = set(filter(self._has, _pointed_at(root)))
        self._named = self.targets.union(lineage.named, filter(self._has, lineage.positions.values()))

    def referenced(self) -> list[Digest]:
        """Those that a ref points or pointed at, or that a line has as a parent: the log has lost their lines."""
        return sorted(self._named - self._lineage.parents.keys())

    def unreferenced(self) -> list[Digest]:
        """Those that neither a line nor a ref names: a save was interrupted, or its line was lost."""
        snapshots = self._objects.snapshots()
        return [found for found in snapshots if not self._lineage.mentions(found) and found not in self._named]

    def all(self) -> list[Digest]:
        """All of them: first those not in the store, then the others as they were stored.

        An interrupted save leaves some.
        """
        stored = {found.digest: found.mtime_ns for found in self._objects if found.kind is Kind.SNAPSHOT}
        unlogged = (self._named | self._lineage.mentioned | stored.keys()) - self._lineage.parents.keys()
        return sorted(unlogged, key=lambda digest: (stored.get(digest, 0), digest))

    def _has(self, digest: Digest) -> bool:
        return self._objects.has(digest, Kind.SNAPSHOT)


def _pointed_at(root: Path) -> Iterator[Digest]:
    """The targets of refs; a damaged ref is a finding of its own, and does not hide others."""
    refs = Refs(root)
    for file in refs.files():
        with suppress(StoreFailed):
            if (target := refs.target(file)) is not None:
                yield target
