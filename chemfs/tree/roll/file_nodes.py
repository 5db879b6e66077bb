"""The files of a roll as nodes: the images, passed through, and the sidecars of their branches."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Hashable

from chemfs.tree import xattrs
from chemfs.tree.errors import NotFound, ReadOnly, Unsupported
from chemfs.tree.heads.tracked import Xmp
from chemfs.tree.image_file import listed_image
from chemfs.tree.nodes import File, Node, Xattrs
from chemfs.tree.open_files import BytesFile, Caching, OpenFile, Stat
from chemfs.tree.open_repository import OpenRepository
from chemfs.tree.permissions import saved, to_be_saved
from chemfs.tree.roll.image_place import ImagePlace
from chemigram_core.digest import Digest
from chemigram_core.refs.refs import Position
from chemigram_core.roll import pending
from chemigram_core.roll.version_name import shown_as_duplicate
from chemigram_core.roll_file import Given
from chemigram_core.store.objects import Kind


class InRoll(Node):
    """A name that belongs to an image. Attributes that a program sets are ignored: only bytes are versioned."""

    __slots__ = ("image",)

    def __init__(self, image: ImagePlace) -> None:
        self.image = image

    def check_writable(self) -> None:
        self.image.to_write()

    def set_mode(self, mode: int) -> None:
        self.image.to_write()

    def set_owner(self) -> None:
        self.image.to_write()

    def set_times(self, times_ns: tuple[int, int]) -> None:
        self.image.to_write()

    def write_xattr(self, name: str, value: bytes | None) -> None:
        raise Unsupported(name)


class RollImageFile(InRoll, File):
    """An image as it was looked up, which is never written."""

    __slots__ = ("_file",)

    def __init__(self, image: ImagePlace) -> None:
        super().__init__(image)
        self._file = listed_image(image.opened)

    @property
    def content(self) -> Hashable | None:
        return self._file.content

    def stat(self) -> Stat:
        return self._file.stat()

    def open_to_read(self) -> OpenFile:
        return self._file.open_to_read()

    def check_writable(self) -> None:
        raise ReadOnly("the image")


class RollSidecar(InRoll, File):
    """A sidecar as it was when it was looked up."""

    __slots__ = ("_stat", "number")
    _stat: Stat
    entry_seconds = stat_seconds = 0.0  # saves show at once

    def __init__(self, image: ImagePlace, number: int) -> None:
        super().__init__(image)
        self.number = number

    @property
    def place(self) -> Hashable:
        return self.image.opened(), self.number

    def stat(self) -> Stat:
        return self._stat

    def open(self, flags: int) -> OpenFile:
        if flags & (os.O_ACCMODE | os.O_TRUNC):
            return self.image.open_to_write(self.number, flags, self.shown)
        return BytesFile(self.shown(), Caching.KEEP, self._stat)

    @abstractmethod
    def shown(self) -> bytes:
        """Its bytes."""


class BranchSidecar(RollSidecar):
    """The sidecar of a branch: number 0 byte for byte as its state, a duplicate with a version name."""

    __slots__ = ("_given", "_position")

    def __init__(self, image: ImagePlace, number: int, given: Given) -> None:
        """Raises NotFound if the branch is gone, StoreFailed."""
        super().__init__(image, number)
        self._given = given
        opened = image.opened()
        if (position := opened.repository.refs.look(given.branch)) is None:
            raise NotFound(given.branch)
        self._position: Position = position
        stored = opened.repository.objects.info(position.digest, Kind.SNAPSHOT)
        permissions = saved(stored.status, stored.folder, str(opened.repository.root))
        size_bytes = self._computed_bytes(opened) if number else stored.size_bytes
        self._stat = Stat(size_bytes, position.moved_ns, *permissions)

    @property
    def place(self) -> Hashable:
        """That of the XMP in the branch's folder: it is the same file."""
        opened = self.image.opened()
        return opened, opened.branches[self._given.branch], Xmp()

    @property
    def content(self) -> Digest:
        tip = self._position.digest
        return Digest.of(f"{tip} {self._given.name} {self._given.branch}".encode()) if self.number else tip

    def shown(self) -> bytes:
        opened = self.image.opened()
        if not self.number:
            return self._stored(opened)
        return opened.computed.content(self.content, lambda: self._computed(opened))

    def xattrs(self) -> Xattrs:
        return xattrs.of_state(self.image.opened().repository, self._position.digest)

    def _computed_bytes(self, opened: OpenRepository) -> int:
        return opened.computed.size_bytes(self.content, lambda: self._computed(opened))

    def _computed(self, opened: OpenRepository) -> bytes:
        return shown_as_duplicate(self._stored(opened), self._given)

    def _stored(self, opened: OpenRepository) -> bytes:
        return opened.repository.objects.read(self._position.digest, Kind.SNAPSHOT)


class PendingSidecar(RollSidecar):
    """A first state that waits, as it was written."""

    __slots__ = ("_data",)

    def __init__(self, image: ImagePlace, number: int, time_ns: int) -> None:
        """Raises FileNotFoundError if it has become a state meanwhile."""
        super().__init__(image, number)
        opened = image.opened()
        self._data = pending.read(opened.repository.root, number)
        self._stat = Stat(len(self._data), time_ns, *to_be_saved(str(opened.repository.root)))

    @property
    def content(self) -> Digest:
        return Digest.of(self._data)

    def shown(self) -> bytes:
        return self._data
