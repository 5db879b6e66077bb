"""What the log says of each snapshot and each branch, held in memory and read on as the log grows. Reads no objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.operations import RENAME
from chemigram_core.names import BranchName


@dataclass(frozen=True, slots=True)
class Moment:
    """A branch came to a state: the time in UTC and the snapshot."""

    time: datetime
    digest: Digest


class History:
    """An index of one log. Safe for many threads."""

    def __init__(self, log: OperationLog) -> None:
        self._log = log
        self._lock = Lock()
        self._generation = 0
        self._forget()

    def moments(self, ref: str, start: int = 0) -> list[Moment]:
        """The states that a branch had, oldest first, under its present name; `start` of them are passed over."""
        with self._lock:
            self._read_on()
            return self._moments.get(ref, [])[start:]

    def branches(self) -> tuple[int, frozenset[str]]:
        """A number, and the full names of all branches that ever had a state.

        While the number stays the same, `moments` only grow: a renaming gives another one, and so does another log.
        """
        with self._lock:
            self._read_on()
            return self._generation, self._branches

    def parent(self, digest: Digest) -> Digest | None:
        """The state that a snapshot was made from, the first time that it was made."""
        return next(iter(self.parents(digest)), None)

    def parents(self, digest: Digest) -> list[Digest]:
        """Every state that `digest` was made from, oldest first; a state that was returned to has several."""
        with self._lock:
            self._read_on()
            return list(self._parents.get(digest, ()))

    def label(self, digest: Digest) -> str | None:
        """The last label that was given to a snapshot."""
        with self._lock:
            self._read_on()
            return self._labels.get(digest)

    def _forget(self) -> None:
        self._generation += 1
        self._inode = 0
        self._size_bytes = 0  # of the log when it was last looked at
        self._offset_bytes = 0  # up to where it has been read: a torn line is not
        self._moments: dict[str, list[Moment]] = {}
        self._parents: dict[Digest, dict[Digest, None]] = {}
        self._labels: dict[Digest, str] = {}
        self._branches = frozenset[str]()

    def _read_on(self) -> None:
        inode, size_bytes = self._log.extent()
        if (inode, size_bytes) == (self._inode, self._size_bytes):
            return
        if inode != self._inode or size_bytes < self._offset_bytes:  # another repository has taken the place
            self._forget()
            self._inode = inode
        self._size_bytes = size_bytes
        for entry, offset_bytes in self._log.entries_from(self._offset_bytes):
            if offset_bytes <= self._offset_bytes:  # a line was taken back: all is read again
                self._forget()
            self._add(entry)
            self._offset_bytes = offset_bytes
        self._branches = frozenset(ref for ref in self._moments if ref.startswith(BranchName.namespace))

    def _add(self, entry: LogEntry) -> None:
        if entry.op == RENAME and entry.ref:
            moved = self._moments.pop(str(entry.metadata.get("from")), [])
            self._moments.setdefault(entry.ref, []).extend(moved)  # a branch that was deleted may have had the name
            self._generation += 1
        if entry.hash is None:
            return
        if entry.ref:
            moments = self._moments.setdefault(entry.ref, [])
            if not moments or moments[-1].digest != entry.hash:  # a checkout, say, brings the branch nowhere
                moments.append(Moment(_time(entry), entry.hash))
        if entry.parent is not None:
            self._parents.setdefault(entry.hash, {})[entry.parent] = None
        if entry.label:
            self._labels[entry.hash] = entry.label


def _time(entry: LogEntry) -> datetime:
    try:
        return entry.time
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
