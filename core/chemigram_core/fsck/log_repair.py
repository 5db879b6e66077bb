"""The log anew, when lines of it can't be read, so that no state that somebody may want becomes garbage.

A line that is lost may have been the only word of where a state came from, and the collector follows the parents. So
each state that is now without a line gets lines that name as its parents all that it can have followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import NotAFile, StoreFailed
from chemigram_core.folder import Folder
from chemigram_core.fsck.lost_found import set_aside
from chemigram_core.log_entry import LogEntry
from chemigram_core.objects import Kind, ObjectStore
from chemigram_core.operation_log import FILE_NAME, OperationLog
from chemigram_core.refs import Refs

SNAPSHOT, RECOVERED = "snapshot", "recovered"  # the log's words

Line = tuple[bytes, LogEntry | None]


def restore_log(root: Path) -> str:
    """Set the log aside and write it anew; what was done. For the holder of the repository's lock. Raises OSError."""
    lines = _lines(root)
    aside = f", the old one is {set_aside(root, FILE_NAME)}" if os.path.lexists(root / FILE_NAME) else ""
    whole = [line for line, entry in lines if entry is not None]
    with Folder.enter(root) as folder:
        folder.write(FILE_NAME, b"".join(whole))
    added = list(_adopted(root, lines) if whole else _in_a_row(root))
    for entry in added:
        OperationLog(root).append(entry)
    return f"written anew with {len(whole)} lines and {len(added)} recovered{aside}"


def _lines(root: Path) -> list[Line]:
    try:
        return list(OperationLog(root).lines())
    except NotAFile:
        return []


def _in_a_row(root: Path) -> Iterator[LogEntry]:
    """Every snapshot as a successor of the one that was stored before it."""
    stored = sorted((found.mtime_ns, found.digest) for found in ObjectStore(root) if found.kind is Kind.SNAPSHOT)
    digests = [digest for _, digest in stored]
    return (
        LogEntry(RECOVERED, digest, parent=parent) for parent, digest in zip([None, *digests], digests, strict=False)
    )


def _adopted(root: Path, lines: Iterable[Line]) -> Iterator[LogEntry]:
    """The snapshots that others name as their parent, or refs point at, but no line tells the origin of."""
    entries = [entry for _, entry in lines if entry is not None]
    named = {*_targets(root), *(entry.parent for entry in entries if entry.parent)}
    parents = _before_what_is_lost(lines)
    told = {entry.hash for entry in entries if entry.parent or entry.op in (SNAPSHOT, RECOVERED)}
    for digest in sorted(named - told):
        if ObjectStore(root).has(digest, Kind.SNAPSHOT):
            yield from (LogEntry(RECOVERED, digest, parent=parent) for parent in sorted(parents - {digest}))


def _targets(root: Path) -> Iterator[Digest]:
    refs = Refs(root)
    for name in (*refs.branches(), *refs.tags()):
        with suppress(StoreFailed):
            if (digest := refs.read(name)) is not None:
                yield digest


def _before_what_is_lost(lines: Iterable[Line]) -> set[Digest]:
    """Where each ref stood before each line that can't be read."""
    stood: dict[str, Digest] = {}
    found: set[Digest] = set()
    for line, entry in lines:
        if entry is None and line.strip():
            found.update(stood.values())
        elif entry is not None and entry.ref and entry.hash:
            stood[entry.ref] = entry.hash
    return found
