"""A branch at one moment, and how to find its current name.

The log defines the identity of a branch: a `rename` line gives it another name, and it ends with a `delete-branch`
line, or when another branch gets its name. A ref that was moved without a log line is another branch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chemigram_core.digest import Digest
from chemigram_core.errors import RefMissing, Refused, shown
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.operations import BRANCH, DELETE_BRANCH, RENAME
from chemigram_core.names import BranchName, is_branch
from chemigram_core.refs.head import OnBranch
from chemigram_core.refs.refs import Refs


class BranchGone(RefMissing):
    """The branch was deleted since a file of it was opened; another one may have its name."""

    def __init__(self, ref: str) -> None:
        Refused.__init__(self, f"deleted meanwhile: {shown(ref)}; create a branch and copy the file there")


class BranchMark(NamedTuple):
    """The name that a branch had, and the log's extent then."""

    name: BranchName
    extent: tuple[int, int]


def mark(log: OperationLog, branch: BranchName) -> BranchMark:
    """Mark a branch, to find it again after a rename."""
    return BranchMark(branch, log.extent())


def find(refs: Refs, log: OperationLog, marked: BranchMark) -> tuple[BranchName, Digest | None]:
    """The branch's name and tip now; no tip before its first save. For the holder of the lock. Raises BranchGone."""
    name = marked.name
    for entry in _since(log, marked.extent):
        name = _after(entry, name)
    tip = refs.read(name)
    if tip is None and (refs.head() != OnBranch(name) or any(True for _ in log.of_ref(name.ref))):
        raise BranchGone(name.ref)
    return name, tip


def check_not_deleted(log: OperationLog, marked: BranchMark) -> None:
    """Raises BranchGone if the branch was deleted since then. One that had no state at that time may have one now."""
    name = marked.name
    for entry in _since(log, marked.extent):
        if entry.op == DELETE_BRANCH and entry.ref == name.ref:
            raise BranchGone(name.ref)
        name = _renamed(entry, name)


def _since(log: OperationLog, extent: tuple[int, int]) -> Iterator[LogEntry]:
    """The operations after the log had that extent, also in the copy that took its place because it had two names.

    A repaired log may be shorter: then the operations before that size are not looked at.
    """
    _, end_bytes = extent
    if log.extent() == extent:
        return
    for _, entry, offset_bytes in log.lines_from(end_bytes):
        if entry is not None and offset_bytes > end_bytes:
            yield entry


def _after(entry: LogEntry, name: BranchName) -> BranchName:
    """The name of a branch after an operation. Raises BranchGone."""
    new = _renamed(entry, name)
    if new == name and entry.ref == name.ref and entry.op in {BRANCH, DELETE_BRANCH, RENAME}:
        raise BranchGone(name.ref)
    return new


def _renamed(entry: LogEntry, name: BranchName) -> BranchName:
    if entry.op == RENAME and entry.metadata.get("from") == name.ref and is_branch(entry.ref or ""):
        return BranchName((entry.ref or "").removeprefix(f"{BranchName.namespace}/"))
    return name
