"""The positions of refs in the log: what each operation does to them. Reads no refs."""

from __future__ import annotations

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import BRANCH, DELETE_BRANCH, DELETE_TAG, FSCK, RENAME, SNAPSHOT, TAG

_SET = frozenset((SNAPSHOT, BRANCH, TAG, FSCK))
_ENDED = frozenset((DELETE_BRANCH, DELETE_TAG))


def apply(positions: dict[str, Digest], entry: LogEntry) -> None:
    """Apply one operation to the positions of refs, by their full names."""
    if entry.ref is None or not entry.ref.startswith(("refs/heads/", "refs/tags/")):
        return
    if entry.op in _ENDED:
        positions.pop(entry.ref, None)
    elif entry.hash is not None and entry.op == RENAME:
        positions.pop(str(entry.metadata.get("from")), None)
        positions[entry.ref] = entry.hash
    elif entry.hash is not None and entry.op in _SET:
        positions[entry.ref] = entry.hash
