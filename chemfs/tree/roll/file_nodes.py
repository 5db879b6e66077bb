"""The files of a roll as nodes: the images, passed through, and the sidecars of their branches."""

from __future__ import annotations

from chemfs.tree import xattrs
from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import File, Xattrs
from chemfs.tree.objects import open_snapshot
from chemfs.tree.open_files import BytesFile, Caching, OpenFile, Stat
from chemfs.tree.open_repository import OpenRepository
from chemfs.tree.roll.images import RollImage
from chemigram_core.digest import Digest
from chemigram_core.refs.refs import Position
from chemigram_core.roll.version_name import shown_as_duplicate
from chemigram_core.roll_file import Given
from chemigram_core.store.objects import Kind

_MODE = 0o644


class RollSidecar(File):
    """The sidecar of a branch as it was when it was looked up.

    Number 0 is shown byte for byte as its state. A duplicate is shown with a version name, so it is computed.
    """

    __slots__ = ("_position", "_stat", "image", "number")
    entry_seconds = stat_seconds = 0.0

    def __init__(self, image: RollImage, number: int) -> None:
        """Raises NotFound if the branch is gone, StoreFailed."""
        self.image, self.number = image, number
        opened = self._opened()
        position = opened.repository.refs.look(self._given.branch)
        if position is None:
            raise NotFound(self._given.branch)
        self._position: Position = position
        self._stat = Stat(self._size_bytes(opened), position.moved_ns, _MODE)

    @property
    def content(self) -> Digest:
        tip = self._position.digest
        return Digest.of(f"{tip} {self._given.name} {self._given.branch}".encode()) if self.number else tip

    def stat(self) -> Stat:
        return self._stat

    def open_to_read(self) -> OpenFile:
        opened = self._opened()
        if not self.number:
            return open_snapshot(opened.repository, self._position.digest, _MODE)
        return BytesFile(self._shown(opened), Caching.KEEP, self._stat)

    def xattrs(self) -> Xattrs:
        return xattrs.of_state(self._opened().repository, self._position.digest)

    @property
    def _given(self) -> Given:
        return self.image.numbers[self.number]

    def _opened(self) -> OpenRepository:
        return self.image.source.opened()

    def _size_bytes(self, opened: OpenRepository) -> int:
        if self.number:
            return opened.computed.size_bytes(self.content, lambda: self._computed(opened))
        return opened.repository.objects.info(self._position.digest, Kind.SNAPSHOT).size_bytes

    def _shown(self, opened: OpenRepository) -> bytes:
        return opened.computed.content(self.content, lambda: self._computed(opened))

    def _computed(self, opened: OpenRepository) -> bytes:
        return shown_as_duplicate(opened.repository.objects.read(self._position.digest, Kind.SNAPSHOT), self._given)
