"""The state last taken from a sidecar, and its current branch: from source.json and the log lines after it.

source.json is written last: if a crash prevented that, the log has the line. A line counts if its branch moved there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from chemigram_core.digest import Digest
from chemigram_core.errors import Refused
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import RENAME, SNAPSHOT
from chemigram_core.names import BranchName, parse_ref
from chemigram_core.repository import Repository
from chemigram_core.shoot.source_file import Source

SOURCE = "source"  # in a log line's metadata: the name of the file that a state was taken from


@dataclass(frozen=True, slots=True)
class Taken:
    """A state that was taken from a sidecar; `edit` and `over` as in source.json, if that had them."""

    branch: BranchName
    hash: Digest
    edit: Digest | None = None
    over: Digest | None = None


def last_taken(repository: Repository, sources: Mapping[str, Source], files: Iterable[str]) -> dict[str, Taken]:
    """What was last taken from each of the sidecars `files`, if anything was. Reads the log once.

    Raises StoreFailed.
    """
    found = {file: _Trace(file, sources.get(file)) for file in files}
    for entry in repository.log.entries() if found else ():
        for trace in found.values():
            trace.add(entry)
    return {file: taken for file, trace in found.items() if (taken := trace.taken(repository)) is not None}


def logged_name(file: str) -> str:
    """The name of a file as a log line can hold it: bytes that are not UTF-8 are escaped."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def edited_in_both(repository: Repository, sources: Mapping[str, Source]) -> dict[str, Taken]:
    """The states taken from sidecars whose branches were also edited elsewhere, if nothing was saved there since.

    Reads the log only if there may be any.
    """
    candidates = [file for file, source in sources.items() if source.over is not None]
    found = last_taken(repository, sources, candidates)
    return {file: last for file, last in found.items() if last.over and repository.refs.read(last.branch) == last.hash}


class _Trace:
    """One sidecar in the lines of the log, which are added oldest first."""

    def __init__(self, file: str, source: Source | None) -> None:
        self._name, self._since = logged_name(file), None if source is None else source.taken
        self._last = None if source is None else Taken(source.branch, source.hash, source.edit, source.over)
        self._logged: Taken | None = None  # by a line whose branch may not have moved

    def add(self, entry: LogEntry) -> None:
        if self._since is not None and entry.timestamp <= self._since:
            return
        logged = self._logged
        if logged is not None and entry.parent == logged.hash and entry.ref == logged.branch.ref:
            self._last, self._logged = logged, None
        self._last, self._logged = _followed(self._last, entry), _followed(self._logged, entry)
        if entry.op == SNAPSHOT and entry.metadata.get(SOURCE) == self._name:
            self._logged = _taken_in(entry) or self._logged

    def taken(self, repository: Repository) -> Taken | None:
        """The last state that was taken, if its branch got there."""
        logged = self._logged
        return logged if logged is not None and repository.refs.read(logged.branch) == logged.hash else self._last


def _followed(taken: Taken | None, entry: LogEntry) -> Taken | None:
    """The same, with its branch after an operation."""
    if taken is None or entry.op != RENAME or entry.metadata.get("from") != taken.branch.ref:
        return taken
    branch = _branch(entry)
    return taken if branch is None else replace(taken, branch=branch)


def _taken_in(entry: LogEntry) -> Taken | None:
    branch = _branch(entry)
    return None if branch is None or entry.hash is None else Taken(branch, entry.hash)


def _branch(entry: LogEntry) -> BranchName | None:
    try:
        name = parse_ref(entry.ref or "")
    except Refused:
        return None
    return name if isinstance(name, BranchName) else None
