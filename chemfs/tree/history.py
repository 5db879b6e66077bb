"""history/<branch>/<YYYY-MM-DD>/<HH.MM.SS>-<12 digits>/: the states of each branch by time (UTC).

A deleted branch keeps its history here; a collected state is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chemfs.tree.days import BranchDays
from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.state import FixedState
from chemigram_core.digest import Digest
from chemigram_core.store.objects import Kind


class HistoryFolder(Folder):
    """history/, the days of a branch, or a folder of branches with longer names; one folder may be both of the last."""

    __slots__ = ("_name", "_opened")

    def __init__(self, opened: Opened, name: str = "") -> None:
        """`name` is the branch, or the start of longer names, without a slash at the end; empty for history/."""
        self._opened = opened
        self._name = name

    def stat(self) -> Stat:
        days = self._days()
        time_ns = self._opened().repository.root.stat().st_mtime_ns if days is None else days.time_ns
        return Stat(0, time_ns, *self._opened().permissions("objects"))

    def lookup(self, name: str) -> Node:
        below = HistoryFolder(self._opened, f"{self._name}/{name}".lstrip("/"))
        if below.is_there():
            return below
        days = self._days()
        if days is not None and name in days.days:
            return DayFolder(self._opened, self._name, name)
        raise NotFound(name)

    def entries(self) -> Iterable[Entry]:
        days = self._days()
        names = {*self._below(), *(days.days if days is not None else ())}
        return [Entry(name, NodeKind.FOLDER) for name in sorted(names)]

    def is_there(self) -> bool:
        """Whether a branch has that name, or one that begins with it."""
        return self._days() is not None or bool(self._below())

    def _days(self) -> BranchDays | None:
        return self._opened().days.of_branch(self._name) if self._name else None

    def _below(self) -> list[str]:
        return self._opened().days.below(f"{self._name}/" if self._name else "")


class DayFolder(Folder):
    """One day of a branch."""

    __slots__ = ("_branch", "_day", "_opened")

    def __init__(self, opened: Opened, branch: str, day: str) -> None:
        self._opened = opened
        self._branch = branch
        self._day = day

    def stat(self) -> Stat:
        days = self._opened().days.of_branch(self._branch)
        if days is None or self._day not in days.days:
            raise NotFound(self._day)
        return Stat(0, days.time_ns, *self._opened().permissions("objects"))

    def lookup(self, name: str) -> Node:
        if (digest := self._states().get(name)) is None:
            raise NotFound(name)
        return FixedState(self._opened, digest)

    def entries(self) -> Iterable[Entry]:
        has = self._opened().repository.objects.has
        states = sorted(self._states().items())
        return [Entry(name, NodeKind.FOLDER) for name, digest in states if has(digest, Kind.SNAPSHOT)]

    def _states(self) -> Mapping[str, Digest]:
        days = self._opened().days.of_branch(self._branch)
        return {} if days is None else days.days.get(self._day, {})
