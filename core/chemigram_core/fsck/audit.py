"""The whole audit of one repository, from the objects up to HEAD. Reads everything, writes nothing.

Objects are read without a lock, since they never change; refs, HEAD and log are read together under the repository's
lock, so that a concurrent save is not reported. Without the right to take the lock they are read twice, and only
problems found both times are reported.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from chemigram_core.durable import lock
from chemigram_core.durable.lock import locked_if_writable
from chemigram_core.errors import NotARepository
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.fsck.image_audit import image_findings
from chemigram_core.fsck.leftovers import leftovers
from chemigram_core.fsck.log_audit import LogAudit
from chemigram_core.fsck.object_audit import ObjectAudit, ObjectFile
from chemigram_core.fsck.ref_audit import RefAudit
from chemigram_core.fsck.registry_audit import registry_findings
from chemigram_core.store.objects import Kind

_FOLDERS = ("objects", "refs", "refs/heads", "refs/tags")


class Audit:
    """One audit. Call `first`, `object` for every one of `files`, then `rest`."""

    def __init__(self, root: Path) -> None:
        """Raises NotARepository for a folder without any part of a repository."""
        self._root = root
        self._objects = ObjectAudit(root)
        if not any((root / name).exists() for name in ("objects", "refs", "HEAD", "log.jsonl")):
            raise NotARepository(root, "objects/, refs/, HEAD and the log are missing")

    def first(self) -> list[Finding]:
        """The problem that prevents all other repairs: the lock is not a regular file."""
        if not lock.is_unusable(self._root):
            return []
        return [Finding(Problem.LOCK_UNUSABLE, lock.FILE_NAME, "not a regular file: nothing can be changed")]

    def files(self) -> list[ObjectFile]:
        """Every file in objects/."""
        return self._objects.files()

    def object(self, file: ObjectFile) -> list[Finding]:
        """The problems of one of `files`."""
        return list(self._objects.findings(file))

    def rest(self) -> Iterator[Finding]:
        """The problems beyond single objects.

        Refs come before the log, so that repair in this order rewrites the log for restored refs.
        """
        yield from self._folders()
        yield from self._objects.states_without_masks()
        with locked_if_writable(self._root) as is_locked:
            found = self._changeable()
        if not is_locked:
            again = self._changeable()
            found = [finding for finding in found if finding in again]
        yield from found
        yield from image_findings(self._root)
        yield from leftovers(self._root)

    def _changeable(self) -> list[Finding]:
        """The problems in files that a save changes."""
        log = LogAudit(self._root)
        refs = RefAudit(self._root, self._objects, log.lineage)
        found = [*refs.findings(), *log.findings(), *registry_findings(self._root, self._objects)]
        return [finding for finding in found if finding.problem is not Problem.UNLOGGED or self._is_whole(finding)]

    def _is_whole(self, finding: Finding) -> bool:
        """Whether an unlogged snapshot is intact: a damaged object is a finding of its own."""
        return finding.digest is not None and self._objects.has(finding.digest, Kind.SNAPSHOT)

    def _folders(self) -> Iterator[Finding]:
        for name in _FOLDERS:
            if not _is_folder(self._root / name):
                yield Finding(Problem.FOLDER_MISSING, name, "folder is missing")


def check(root: Path) -> list[Finding]:
    """All problems of the repository at `root`. Raises NotARepository, OSError."""
    audit = Audit(root)
    found = [finding for file in audit.files() for finding in audit.object(file)]
    return [*audit.first(), *found, *audit.rest()]


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False
