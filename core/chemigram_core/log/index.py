"""The history of a repository: the snapshots and branches in its log, updated as the log grows.

A process keeps one index for each of the last few repositories. Reads no objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Lock

from cachetools import LRUCache, cached

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.lineage import Lineage
from chemigram_core.log.operations import RENAME
from chemigram_core.names import is_branch

_generations = count(1)  # unique numbers for indexes


@dataclass(frozen=True, slots=True)
class Moment:
    """A branch got a state: the time in UTC, the snapshot, and the timestamp as the log's line has it."""

    time: datetime
    digest: Digest
    timestamp: str


class History:
    """The history of one repository. Safe for many threads."""

    def __init__(self, log: OperationLog) -> None:
        self._log = log

    def moments(self, ref: str, start: int = 0) -> list[Moment]:
        """The states that a branch had, oldest first, by its present name; skips the first `start`."""
        with (index := _index_of(self._log)).lock:
            return index.read_on().moments.get(ref, [])[start:]

    def branches(self) -> tuple[int, frozenset[str]]:
        """A number, and the full names of all branches that ever had a state.

        While the number stays the same, `moments` only grow: a rename or a replaced log changes it.
        """
        with (index := _index_of(self._log)).lock:
            content = index.read_on()
            return content.generation, content.branches()

    def parent(self, digest: Digest) -> Digest | None:
        """The branch's tip when a snapshot was first saved; it never changes."""
        with (index := _index_of(self._log)).lock:
            return index.read_on().lineage.parents.get(digest)

    def is_known(self, digest: Digest) -> bool:
        """Whether a line of the log names a snapshot in any way."""
        with (index := _index_of(self._log)).lock:
            return index.read_on().lineage.mentions(digest)

    def may_mention(self, ref: str) -> bool:
        """Whether the log names a ref, or may have before it lost lines."""
        with (index := _index_of(self._log)).lock:
            return index.read_on().lineage.may_mention(ref)

    def first_saved(self, digest: Digest) -> str | None:
        """The timestamp of the line that gives a snapshot's origin."""
        with (index := _index_of(self._log)).lock:
            return index.read_on().first_saved.get(digest)

    def label(self, digest: Digest) -> str | None:
        """The last label of a snapshot."""
        with (index := _index_of(self._log)).lock:
            return index.read_on().labels.get(digest)


class _Content:
    """The content of one log's lines, accumulated."""

    def __init__(self) -> None:
        self.generation = next(_generations)
        self.lineage = Lineage()
        self.moments: dict[str, list[Moment]] = {}
        self.labels: dict[Digest, str] = {}
        self.first_saved: dict[Digest, str] = {}

    def add(self, line: bytes, entry: LogEntry | None) -> None:
        """Add a line."""
        self.lineage.add(line, entry)
        if entry is None:
            return
        if entry.hash and entry.has_origin:
            self.first_saved.setdefault(entry.hash, entry.timestamp)
        if entry.op == RENAME and entry.ref:
            self._rename(str(entry.metadata.get("from")), entry.ref)
        if entry.hash and entry.ref:
            moments = self.moments.setdefault(entry.ref, [])
            if not moments or moments[-1].digest != entry.hash:  # a checkout, for example, does not move the branch
                moments.append(Moment(_time(entry), entry.hash, entry.timestamp))
        if entry.hash and entry.label:
            self.labels[entry.hash] = entry.label

    def branches(self) -> frozenset[str]:
        """The full names of all branches that ever had a state, without invalid names."""
        return frozenset(filter(is_branch, self.moments))

    def _rename(self, old: str, new: str) -> None:
        moved = self.moments.pop(old, [])
        self.moments.setdefault(new, []).extend(moved)  # a deleted branch may have had the name
        self.generation = next(_generations)


class _Index:
    """The content of one log's file, and how far it was read. For the holder of `lock`."""

    def __init__(self, log: OperationLog) -> None:
        self.lock = Lock()
        self._log = log
        self._content = _Content()
        self._extent = (0, 0)  # of the log at the last check
        self._offset_bytes = 0  # how far it was read, without a torn line

    def read_on(self) -> _Content:
        """Read what was appended since the last time; returns the content."""
        if (extent := self._log.extent()) == self._extent:
            return self._content
        (inode, size_bytes), (last_inode, _) = extent, self._extent
        if inode != last_inode or size_bytes < self._offset_bytes:  # another repository has this path now
            self._content, self._offset_bytes = _Content(), 0
        self._extent = extent
        for line, entry, offset_bytes in self._log.lines_from(self._offset_bytes):
            if offset_bytes <= self._offset_bytes:  # a line was taken back: read everything again
                self._content = _Content()
            self._content.add(line, entry)
            self._offset_bytes = offset_bytes
        return self._content


def _root(log: OperationLog) -> Path:
    return log.root


@cached(LRUCache(32), _root, Lock())
def _index_of(log: OperationLog) -> _Index:
    return _Index(log)


def _time(entry: LogEntry) -> datetime:
    try:
        return entry.time
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
