"""The states of each branch by day and time (UTC), from the log alone. Knows no nodes.

A deleted branch keeps its history. Reads no objects; grows with the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from chemigram_core.digest import Digest
from chemigram_core.log.index import Moment
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository

_IDENTIFIER_DIGITS = 12
_BEFORE_ALL = datetime.fromtimestamp(0, UTC)


@dataclass(slots=True)
class BranchDays:
    """The states of one branch: day -> name of the state's folder -> snapshot."""

    days: dict[str, dict[str, Digest]] = field(default_factory=dict)
    _last: datetime = _BEFORE_ALL
    _read: int = 0

    @property
    def time_ns(self) -> int:
        """When the branch got its last state, ns since 1970."""
        return int(self._last.timestamp() * 1_000_000) * 1000

    @property
    def read(self) -> int:
        """The number of states added."""
        return self._read

    def add(self, moments: Iterable[Moment]) -> None:
        """Add states, oldest first."""
        for moment in moments:
            name = f"{moment.time:%H.%M.%S}-{moment.digest[:_IDENTIFIER_DIGITS]}"
            self.days.setdefault(f"{moment.time:%Y-%m-%d}", {})[name] = moment.digest
            self._last = moment.time
            self._read += 1


class Days:
    """The days of every branch of one repository. Safe for many threads."""

    def __init__(self, repository: Repository) -> None:
        self._history = repository.history
        self._lock = Lock()
        self._generation = 0
        self._branches: dict[str, BranchDays] = {}

    def of_branch(self, name: str) -> BranchDays | None:
        """The days of a branch, up to now; None if there never was such a branch."""
        generation, refs = self._history.branches()
        ref = f"{BranchName.namespace}/{name}"
        return self._up_to_now(generation, ref) if ref in refs else None

    def below(self, prefix: str) -> list[str]:
        """The next parts of the branches' names that begin with `prefix`, sorted."""
        _, refs = self._history.branches()
        start = f"{BranchName.namespace}/{prefix}"
        return sorted({ref.removeprefix(start).partition("/")[0] for ref in refs if ref.startswith(start)})

    def _up_to_now(self, generation: int, ref: str) -> BranchDays:
        with self._lock:
            if generation != self._generation:
                self._branches.clear()
                self._generation = generation
            days = self._branches.setdefault(ref, BranchDays())
            days.add(self._history.moments(ref, start=days.read))
            return days
