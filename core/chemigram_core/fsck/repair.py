"""Repairs what an audit found, only by adding files or moving them aside, since they may be the only copy of some work.

What can't be repaired (an object whose bytes are lost, a state that lacks a mask) is left as it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.lock import locked
from chemigram_core.errors import ChemigramError, NotARepository, RefConflict, RefExists, StoreFailed
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.fsck.log_repair import restore_log
from chemigram_core.fsck.lost_found import keep, set_aside
from chemigram_core.fsck.object_audit import ObjectAudit, ObjectFile
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.index import History
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.operations import CHECKOUT, FSCK
from chemigram_core.names import BranchName, parse_ref
from chemigram_core.operations import mask_links
from chemigram_core.operations.rebuild_registry import rebuild
from chemigram_core.refs.head import Detached, Head, OnBranch
from chemigram_core.refs.refs import Refs
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind


def repair(root: Path, finding: Finding) -> str | None:
    """Repair one finding; returns a line for people, or None if nothing can be done. Raises OSError."""
    if (mend := _MENDERS.get(finding.problem)) is None:
        return None
    with nullcontext() if finding.problem is Problem.LOCK_UNUSABLE else locked(root):
        try:
            return mend(root, finding)
        except FileNotFoundError:
            return None  # an earlier repair has moved it
        except (RefConflict, RefExists):
            return None  # a branch created since has its place


def finish(root: Path) -> None:
    """Restore what is derived from the rest, so that a failure does not matter: the links in masks/."""
    with suppress(NotARepository), locked(root):
        mask_links.restore(Repository(root))


def _make_folder(root: Path, finding: Finding) -> str:
    if os.path.lexists(root / finding.path):
        set_aside(root, finding.path)
    with Folder.make(root, *finding.path.split("/")):
        return f"made {finding.path}/"


def _move_aside(root: Path, finding: Finding) -> str:
    return f"moved to {set_aside(root, finding.path)}"


def _move_object_aside(root: Path, finding: Finding) -> str | None:
    """Unless it is whole by now: a save of the same bytes repairs a damaged object."""
    found = ObjectAudit(root).findings(ObjectFile.at(finding.path))
    return _move_aside(root, finding) if finding in found else None


def _restore_ref(root: Path, finding: Finding) -> str | None:
    """Put the ref on the last whole state that the log has for it."""
    name = parse_ref(finding.path)
    digest = next((seen for seen in reversed(_logged(root, finding.path)) if _is_whole(root, seen)), None)
    if digest is None and finding.problem is Problem.REF_DANGLING:
        return None  # only its content is known
    is_there = finding.problem is not Problem.REF_MISSING and os.path.lexists(root / finding.path)
    done = [_move_aside(root, finding)] if is_there else []
    if digest is not None:
        Refs(root).check_free(name)
        OperationLog(root).append(LogEntry(FSCK, digest, name.ref, metadata={"problem": finding.problem.value}))
        Refs(root).create(name, digest)
        done.append(f"restored to {digest} from the log")
    return ", ".join(done)


def _restore_head(root: Path, finding: Finding) -> str:
    if os.path.lexists(root / finding.path):
        keep(root, finding.path)
    head = _last_head(root)
    Refs(root).set_head(head)
    return f"put on {head.branch if isinstance(head, OnBranch) else head.digest}"


def _rebuild_registry(root: Path, finding: Finding) -> str:
    keep(root, finding.path)
    names = rebuild(Repository(root)).pointers
    return f"rebuilt from the log, the snapshots and the store: {len(names)} names"


def _restore_log(root: Path, _: Finding) -> str:
    return restore_log(root)


def _last_head(root: Path) -> Head:
    """The last position of HEAD in the log, else main, else any branch."""
    refs = Refs(root)
    branches = refs.branches()
    for entry in reversed(_checkouts(root)):
        with suppress(ChemigramError):
            if entry.ref is None and entry.hash and _is_whole(root, entry.hash):
                return Detached(entry.hash)
            if entry.ref and isinstance(branch := parse_ref(entry.ref), BranchName) and branch in branches:
                return OnBranch(branch)
    return OnBranch(MAIN if MAIN in branches or not branches else branches[0])


def _checkouts(root: Path) -> list[LogEntry]:
    try:
        return [entry for entry in OperationLog(root).entries() if entry.op == CHECKOUT]
    except StoreFailed:
        return []


def _logged(root: Path, ref: str) -> list[Digest]:
    try:
        return [moment.digest for moment in History(OperationLog(root)).moments(ref)]
    except StoreFailed:
        return []


def _is_whole(root: Path, digest: Digest) -> bool:
    return ObjectAudit(root).has(digest, Kind.SNAPSHOT)


_MENDERS: Mapping[Problem, Callable[[Path, Finding], str | None]] = {
    Problem.LOCK_UNUSABLE: _move_aside,
    Problem.FOLDER_MISSING: _make_folder,
    Problem.OBJECT_DAMAGED: _move_object_aside,
    Problem.OBJECT_MISPLACED: _move_object_aside,
    Problem.LOG_MISSING: _restore_log,
    Problem.LOG_DAMAGED: _restore_log,
    Problem.REF_DAMAGED: _restore_ref,
    Problem.REF_DANGLING: _restore_ref,
    Problem.REF_MISSING: _restore_ref,
    Problem.HEAD_DAMAGED: _restore_head,
    Problem.REGISTRY_DAMAGED: _rebuild_registry,
    Problem.LEFTOVER: _move_aside,
}
