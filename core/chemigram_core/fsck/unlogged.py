"""States whose origin no line of the log tells, and which of them somebody needs. Reads no objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import StoreFailed
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.ref_positions import follow
from chemigram_core.refs.refs import Refs
from chemigram_core.store.objects import Kind, ObjectStore


class Untold:
    """What the log of one repository doesn't tell, of which these are the entries; `targets` is what refs point at."""

    def __init__(self, root: Path, entries: Iterable[LogEntry]) -> None:
        self._objects = ObjectStore(root)
        self._told: set[Digest] = set()
        self._seen: set[Digest] = set()
        self._named: set[Digest] = set()
        refs: dict[str, Digest] = {}
        for entry in entries:
            follow(refs, entry)
            if entry.parent is not None:
                self._named.add(entry.parent)
            if entry.hash is not None:
                (self._told if entry.tells_origin else self._seen).add(entry.hash)
        self.targets = set(filter(self._has, _pointed_at(root)))
        self._named.update(self.targets, filter(self._has, refs.values()))

    def named(self) -> list[Digest]:
        """Those that a ref points at, or did, or a line has as a parent: what the log had of them is lost."""
        return sorted(self._named - self._told)

    def all(self) -> list[Digest]:
        """All of them, what is not in the store first, then as they were stored; a save that was cut off left some."""
        stored = {found.digest: found.mtime_ns for found in self._objects if found.kind is Kind.SNAPSHOT}
        untold = (self._named | self._seen | stored.keys()) - self._told
        return sorted(untold, key=lambda digest: (stored.get(digest, 0), digest))

    def _has(self, digest: Digest) -> bool:
        return self._objects.has(digest, Kind.SNAPSHOT)


def _pointed_at(root: Path) -> Iterator[Digest]:
    """What refs point at; one that is damaged is a finding of its own, and hides no other."""
    refs = Refs(root)
    for file in refs.files():
        with suppress(StoreFailed):
            if (target := refs.target(file)) is not None:
                yield target
