"""Checks every ref and HEAD: names, identifiers, snapshots. For the holder of the lock."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from chemigram_core.durable import beneath
from chemigram_core.errors import InvalidName, RefDamaged
from chemigram_core.fsck.finding import Finding, Problem, alien
from chemigram_core.fsck.object_audit import ObjectAudit
from chemigram_core.log.lineage import Lineage
from chemigram_core.names import BranchName, RefName, TagName, folded, parse_ref
from chemigram_core.refs.head import Detached
from chemigram_core.refs.ref_tree import MAX_DEPTH, entries
from chemigram_core.refs.refs import Refs
from chemigram_core.store.objects import Kind


class RefAudit:
    """The refs of one repository."""

    def __init__(self, root: Path, objects: ObjectAudit, lineage: Lineage) -> None:
        """`lineage` is that of the log."""
        self._root = root
        self._refs = Refs(root, lineage.may_mention)
        self._objects = objects
        self._logged = lineage.positions
        self._seen: set[str] = set()

    def findings(self) -> Iterator[Finding]:
        """The problems of refs and HEAD."""
        for kind in (BranchName, TagName):
            yield from self._below(kind, ())
        yield from self._clashes()
        yield from self._missing()
        yield from self._head()

    def _below(self, kind: type[RefName], parts: tuple[str, ...]) -> Iterator[Finding]:
        for text, status in entries(self._root, *kind.namespace.split("/"), *parts):
            if stat.S_ISDIR(status.st_mode) and len(parts) < MAX_DEPTH:
                yield from self._below(kind, (*parts, text))
            else:
                yield from self._ref(kind, "/".join((*parts, text)))

    def _ref(self, kind: type[RefName], text: str) -> Iterator[Finding]:
        path = f"{kind.namespace}/{text}"
        try:
            name = kind(text)
            digest = self._refs.read(name)
        except InvalidName as error:
            yield Finding(Problem.REF_NAME, path, str(error)) if self._holds_state(path) else alien(path)
            return
        except RefDamaged as error:
            self._seen.add(path)
            yield Finding(Problem.REF_DAMAGED, path, error.found)
            return
        if digest is None and self._is_file(path):
            yield alien(path)
            return
        self._seen.add(path)
        if digest is not None and not self._objects.has(digest, Kind.SNAPSHOT):
            yield Finding(Problem.REF_DANGLING, path, f"points at missing or damaged object {digest}", digest)

    def _holds_state(self, path: str) -> bool:
        """Whether a file with an invalid name has an identifier, or is not a regular file: it may be a lost ref."""
        return not self._is_file(path) or self._refs.target(tuple(path.split("/"))) is not None

    def _is_file(self, path: str) -> bool:
        try:
            return stat.S_ISREG(beneath.stat_below(self._root, *path.split("/")).st_mode)
        except OSError:
            return False

    def _clashes(self) -> Iterator[Finding]:
        known: dict[str, str] = {}
        for path in sorted(self._seen):
            parts = path.split("/")
            for end in range(3, len(parts) + 1):
                start = "/".join(parts[:end])
                if (other := known.setdefault(folded(start), start)) != start:
                    yield Finding(Problem.REF_CLASH, path, f"{other} differs from it only in case or Unicode form")

    def _missing(self) -> Iterator[Finding]:
        for ref, digest in self._logged.items():
            if ref not in self._seen and _may_be(ref) and self._objects.has(digest, Kind.SNAPSHOT):
                says = f"it is missing; the log has it at {digest} and doesn't say that it was deleted"
                yield Finding(Problem.REF_MISSING, ref, says, digest)

    def _head(self) -> Iterator[Finding]:
        try:
            head = self._refs.head()
        except RefDamaged as error:
            yield Finding(Problem.HEAD_DAMAGED, "HEAD", error.found)
            return
        if isinstance(head, Detached) and not self._objects.has(head.digest, Kind.SNAPSHOT):
            yield Finding(
                Problem.HEAD_DAMAGED, "HEAD", f"points at missing or damaged object {head.digest}", head.digest
            )


def _may_be(ref: str) -> bool:
    """Whether a name in the log is valid for a ref: an invalid one is not reported as missing."""
    try:
        parse_ref(ref)
    except InvalidName:
        return False
    return True
