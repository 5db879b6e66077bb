"""What refs there should be, as the log tells the story. Reads no refs."""

from __future__ import annotations

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.operations import BRANCH, DELETE_BRANCH, DELETE_TAG, FSCK, RENAME, SNAPSHOT, TAG

_SET = frozenset((SNAPSHOT, BRANCH, TAG, FSCK))
_ENDED = frozenset((DELETE_BRANCH, DELETE_TAG))


def told_refs(log: OperationLog) -> dict[str, Digest]:
    """Where each ref was last, by its full name; those that were deleted or renamed away are left out."""
    refs: dict[str, Digest] = {}
    for entry in log.entries():
        follow(refs, entry)
    return refs


def follow(refs: dict[str, Digest], entry: LogEntry) -> None:
    """Put the refs where they are after one more operation."""
    if entry.ref is None or not entry.ref.startswith(("refs/heads/", "refs/tags/")):
        return
    if entry.op in _ENDED:
        refs.pop(entry.ref, None)
    elif entry.hash is not None and entry.op == RENAME:
        refs.pop(str(entry.metadata.get("from")), None)
        refs[entry.ref] = entry.hash
    elif entry.hash is not None and entry.op in _SET:
        refs[entry.ref] = entry.hash
