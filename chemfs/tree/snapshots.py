"""snapshots/<id>/: every state by its identifier; the first digits of one are enough for a look-up."""

from __future__ import annotations

from collections.abc import Iterable

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind
from chemfs.tree.open_files import Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.state import FixedState
from chemigram_core.digest import Digest
from chemigram_core.errors import AmbiguousRevision, InvalidDigest, ObjectMissing, UnknownRevision
from chemigram_core.refs import revision
from chemigram_core.store.objects import Kind

_DIGITS = 64  # of a whole identifier


class SnapshotsFolder(Folder):
    """snapshots/."""

    __slots__ = ("_opened",)

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def stat(self) -> Stat:
        opened = self._opened()
        return Stat(0, opened.time_ns(), *opened.permissions("objects"))

    def lookup(self, name: str) -> Node:
        try:
            digest = Digest(name) if len(name) == _DIGITS else self._by_prefix(name)
            stored = self._opened().repository.objects.info(digest, Kind.SNAPSHOT)
        except (ObjectMissing, InvalidDigest, UnknownRevision, AmbiguousRevision) as error:
            raise NotFound(name) from error
        return FixedState(self._opened, digest, stored)

    def entries(self) -> Iterable[Entry]:
        return (Entry(digest, NodeKind.FOLDER) for digest in self._opened().repository.objects.snapshots())

    def _by_prefix(self, prefix: str) -> Digest:
        return revision.by_prefix(prefix, self._opened().repository.objects)
