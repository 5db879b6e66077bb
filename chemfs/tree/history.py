"""history/<branch>/<YYYY-MM-DD>/<HH.MM.SS>-<12 digits>/: the states of each branch by time (UTC), from the log alone.

A branch that was deleted keeps its history here. Reads no objects; a state that was collected is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Directory, Entry, NodeKind
from chemfs.tree.paths import Parts
from chemigram_core.digest import Digest
from chemigram_core.log.index import Moment
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_IDENTIFIER_DIGITS = 12
_BEFORE_ALL = datetime.fromtimestamp(0, UTC)


@dataclass(slots=True)
class _Days:
    """The states of one branch: day -> name of the state's folder -> snapshot. `read` moments are in it."""

    read: int = 0
    days: dict[str, dict[str, Digest]] = field(default_factory=dict)
    last: datetime = _BEFORE_ALL

    def add(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            name = f"{moment.time:%H.%M.%S}-{moment.digest[:_IDENTIFIER_DIGITS]}"
            self.days.setdefault(f"{moment.time:%Y-%m-%d}", {})[name] = moment.digest
            self.last = moment.time
            self.read += 1


class HistoryFolders:
    """The history of one repository as folders. Safe for many threads."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = Lock()
        self._generation = 0
        self._branches: dict[str, _Days] = {}

    def locate(self, parts: Parts) -> tuple[Digest, Parts] | Directory:
        """The state that a path leads into with the rest of the path, or a folder above the states. Raises NotFound."""
        generation, refs = self._repository.history.branches()
        for end in range(len(parts), 0, -1):
            if (ref := _ref(parts[:end])) in refs:
                return self._in_branch(self._days(generation, ref), _names_below(refs, parts[:end]), parts[end:])
        names = _names_below(refs, parts)
        if parts and not names:
            raise NotFound("/".join(parts))
        return Directory(self._time_ns(), lambda: _folders(names))

    def _in_branch(self, days: _Days, below: list[str], parts: Parts) -> tuple[Digest, Parts] | Directory:
        """What `parts` mean in a branch; `below` are the names after its own of others, which are not there with it."""
        match parts:
            case ():
                return Directory(_ns(days.last), lambda: _folders(sorted({*days.days, *below})))
            case (day,) if day in days.days:
                return Directory(_ns(days.last), lambda: self._present(days.days[day]))
            case (day, name, *inside) if name in days.days.get(day, {}):
                return days.days[day][name], tuple(inside)
        raise NotFound("/".join(parts))

    def _present(self, names: dict[str, Digest]) -> Iterable[Entry]:
        has = self._repository.objects.has
        return [(name, NodeKind.FOLDER) for name, digest in sorted(names.items()) if has(digest, Kind.SNAPSHOT)]

    def _days(self, generation: int, ref: str) -> _Days:
        """The days of a branch, up to now."""
        with self._lock:
            if generation != self._generation:
                self._branches.clear()
                self._generation = generation
            days = self._branches.setdefault(ref, _Days())
            days.add(self._repository.history.moments(ref, start=days.read))
            return days

    def _time_ns(self) -> int:
        return self._repository.root.stat().st_mtime_ns


def _ref(parts: Parts) -> str:
    """The full name that a branch called so would have; `parts` may be no branch name at all."""
    return f"{BranchName.namespace}/{'/'.join(parts)}"


def _names_below(refs: Collection[str], parts: Parts) -> list[str]:
    prefix = f"{BranchName.namespace}/" + "".join(f"{part}/" for part in parts)
    return sorted({ref.removeprefix(prefix).partition("/")[0] for ref in refs if ref.startswith(prefix)})


def _folders(names: Iterable[str]) -> list[Entry]:
    return [(name, NodeKind.FOLDER) for name in names]


def _ns(time: datetime) -> int:
    return int(time.timestamp() * 1_000_000) * 1000
