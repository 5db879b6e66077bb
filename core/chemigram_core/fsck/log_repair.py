"""Rewrites a log that has lost lines, so that no state that may be needed becomes garbage.

A lost line may have been the only record of a state's parent, and the collector follows the parents. So the states
without a line get new lines, in the order in which they were stored, and the refs reach them and everything that may
have come before the loss.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import NotAFile
from chemigram_core.fsck.lost_found import keep
from chemigram_core.fsck.unlogged import Unlogged
from chemigram_core.gc.reachability import add_with_ancestors
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.journal import FILE_NAME, OperationLog
from chemigram_core.log.lineage import Lineage
from chemigram_core.log.lines import is_void
from chemigram_core.log.operations import RECOVERED
from chemigram_core.log.ref_positions import apply

Line = tuple[bytes, LogEntry | None]


def restore_log(root: Path) -> str:
    """Rewrite the log and keep the old one; returns a description. For the holder of the lock. Raises OSError."""
    lines = _lines(root)
    whole = [line for line, entry in lines if entry]
    added = [entry.line() for entry in _added(root, lines)]
    aside = f", the old one is {keep(root, FILE_NAME)}" if os.path.lexists(root / FILE_NAME) else ""
    with Folder.enter(root) as folder:
        folder.write(FILE_NAME, b"".join((*whole, *added)))
    return f"rewritten with {len(whole)} lines and {len(added)} recovered{aside}"


def _lines(root: Path) -> list[Line]:
    try:
        return list(OperationLog(root).lines())
    except NotAFile:
        return []


def _added(root: Path, lines: list[Line]) -> list[LogEntry]:
    """The entries to add, so that the refs reach everything that may have come before the loss."""
    lineage = Lineage.of(lines)
    unlogged = Unlogged(root, lineage)
    row = unlogged.all()
    before, last = _stood(lines, set(row))
    recovered = list(_recovered(row, before or last, unlogged.referenced()))
    for entry in recovered:
        lineage.add_entry(entry)
    reached: set[Digest] = set()
    add_with_ancestors(reached, unlogged.targets, lineage.before)
    unreached = (set(row[-1:]) or before).union(last) - reached
    pairs = product(sorted(unlogged.targets), sorted(unreached))
    return recovered + [LogEntry(RECOVERED, target, parent=parent) for target, parent in pairs]


def _recovered(row: list[Digest], before: set[Digest], named: list[Digest]) -> Iterator[LogEntry]:
    """The unlogged states in a chain, as they were stored, the first one after all that may have come before.

    Each named state also has the last one as a parent: a branch that went back to an older state keeps them
    all.
    """
    if not row:
        return
    if not before:
        yield LogEntry(RECOVERED, row[0])
    yield from (LogEntry(RECOVERED, row[0], parent=parent) for parent in sorted(before))
    yield from (LogEntry(RECOVERED, digest, parent=parent) for parent, digest in pairwise(row))
    yield from (LogEntry(RECOVERED, digest, parent=row[-1]) for digest in named if digest != row[-1])


def _stood(lines: list[Line], unlogged: set[Digest]) -> tuple[set[Digest], set[Digest]]:
    """The position of each ref before each line that follows a loss, and at the end."""
    stood: dict[str, Digest] = {}
    before: set[Digest] = set()
    for line, entry in lines:
        if _is_after_loss(line, entry, unlogged):
            before.update(stood.values())
        if entry:
            apply(stood, entry)
            if entry.op == RECOVERED and entry.hash:
                stood[RECOVERED] = entry.hash  # of an earlier repair: it names no ref, so it may be of any
    return before, set(stood.values())


def _is_after_loss(line: bytes, entry: LogEntry | None, unlogged: set[Digest]) -> bool:
    """Whether a line is lost, or names a state whose own line is lost."""
    if entry is None:
        return not is_void(line)
    return entry.hash in unlogged or entry.parent in unlogged
