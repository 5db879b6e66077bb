"""The positions of refs in the log, now and before: what each operation does to them. Reads no refs."""

from __future__ import annotations

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import BRANCH, DELETE_BRANCH, DELETE_TAG, FSCK, RENAME, RESET, SNAPSHOT, TAG

_BRANCHES = "refs/heads/"
_SET = frozenset((SNAPSHOT, BRANCH, TAG, FSCK, RESET))
_ENDED = frozenset((DELETE_BRANCH, DELETE_TAG))


def apply(positions: dict[str, Digest], entry: LogEntry) -> None:
    """Apply one operation to the positions of refs, by their full names."""
    if entry.ref is None or not entry.ref.startswith((_BRANCHES, "refs/tags/")):
        return
    if entry.op in _ENDED:
        positions.pop(entry.ref, None)
    elif entry.hash is not None and entry.op == RENAME:
        positions.pop(str(entry.metadata.get("from")), None)
        positions[entry.ref] = entry.hash
    elif entry.hash is not None and entry.op in _SET:
        positions[entry.ref] = entry.hash


def record_tip(tips: dict[str, list[Digest]], entry: LogEntry) -> None:
    """Apply one operation to the lists of states, by the full names of branches.

    A deleted branch has none, and one that is created again starts empty. A reset abandons what came after its target.
    """
    ref = entry.ref
    if ref is None or not ref.startswith(_BRANCHES):
        return
    if entry.op in (DELETE_BRANCH, BRANCH):
        tips.pop(ref, None)
    elif entry.op == RENAME:
        tips[ref] = tips.pop(str(entry.metadata.get("from")), [])
    elif entry.op == RESET and entry.hash is not None:
        tips[ref] = _until(tips.get(ref, []), entry.hash)
    if entry.hash is not None and entry.op != DELETE_BRANCH and tips.get(ref, [])[-1:] != [entry.hash]:
        tips.setdefault(ref, []).append(entry.hash)


def _until(states: list[Digest], target: Digest) -> list[Digest]:
    """The states up to the last time that the branch pointed at `target`; none if it never did."""
    return next((states[:end] for end in range(len(states), 0, -1) if states[end - 1] == target), [])
