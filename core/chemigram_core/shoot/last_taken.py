"""What was last taken from a sidecar, and the branch that it is on now: by source.json and the log's lines after it.

source.json is written last: where a crash prevented that, the log has the line. A line counts if its branch got there.
"""

from __future__ import annotations

import os
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


def last_taken(repository: Repository, source: Source | None, file: str) -> Taken | None:
    """What was last taken from the sidecar named `file`; None if nothing was. Reads the log. Raises StoreFailed."""
    last = None if source is None else Taken(source.branch, source.hash, source.edit, source.over)
    logged: Taken | None = None  # by a line whose branch may not have moved
    for entry in repository.log.entries():
        if source is not None and entry.timestamp <= source.taken:
            continue
        if logged is not None and entry.parent == logged.hash and entry.ref == logged.branch.ref:
            last, logged = logged, None
        last, logged = _followed(last, entry), _followed(logged, entry)
        if entry.op == SNAPSHOT and entry.metadata.get(SOURCE) == logged_name(file):
            logged = _taken_in(entry) or logged
    return logged if logged is not None and repository.refs.read(logged.branch) == logged.hash else last


def logged_name(file: str) -> str:
    """The name of a file as a log line can hold it: bytes that are not UTF-8 are escaped."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def edited_in_both(repository: Repository, file: str, source: Source) -> Taken | None:
    """What was taken from a sidecar while its branch had moved by another way, if nothing was saved there since."""
    last = None if source.over is None else last_taken(repository, source, file)
    return last if last and last.over and repository.refs.read(last.branch) == last.hash else None


def _followed(taken: Taken | None, entry: LogEntry) -> Taken | None:
    """The same, on the branch that it is on after an operation."""
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
