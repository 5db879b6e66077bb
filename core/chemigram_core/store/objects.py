"""The content-addressed store: snapshots and masks under their SHA-256 (ADR-018). Knows no refs and no log.

An object is verified against its name when this process first reads it, then remembered by the identity of its file:
a reader gets the right bytes or ObjectDamaged. Repositories created by chemigram name objects without a suffix; both
forms are read, and new objects follow the existing ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from chemigram_core.digest import Digest
from chemigram_core.durable import beneath
from chemigram_core.durable.folder import Folder, read_whole
from chemigram_core.durable.in_use import mark_in_use
from chemigram_core.durable.sync import sync_content
from chemigram_core.errors import InvalidDigest, NotAFile, ObjectDamaged, ObjectMissing
from chemigram_core.layout import MASK_BYTES, XMP_BYTES
from chemigram_core.store.content import Content, content_of, is_mask, read_content
from chemigram_core.store.shards import Shards

_HEX = frozenset("0123456789abcdef")


class Kind(StrEnum):
    """The kind of an object; the value is its file's suffix."""

    SNAPSHOT = ".xmp"
    MASK = ".png"

    @property
    def limit_bytes(self) -> int:
        """The largest size of such an object."""
        return XMP_BYTES if self is Kind.SNAPSHOT else MASK_BYTES


class StoredObject(NamedTuple):
    """An object that was not read: the size of its file in bytes, the time of its content in ns; its attributes."""

    digest: Digest
    kind: Kind
    size_bytes: int
    mtime_ns: int
    status: os.stat_result
    folder: str  # its path


class ObjectStore:
    """The objects of one repository. Safe for many threads and processes: objects never change."""

    def __init__(self, root: Path) -> None:
        self.root, self.place = root, str(root)
        self._shards = Shards(root)

    def put(self, data: bytes | memoryview, kind: Kind) -> Digest:
        """Store `data` durably under its SHA-256. An existing whole object is made durable."""
        digest = Digest.of(data)
        with self.placed(digest, data, kind) as shard:
            shard.sync()
        return digest

    @contextmanager
    def placed(self, digest: Digest, data: bytes | memoryview, kind: Kind) -> Iterator[Folder]:
        """Store `data` under its SHA-256, durable once the caller has synced the folder in the context.

        An existing whole object needs that, too: the process that stored it may have crashed before it was durable.
        """
        with self._shards.durable(digest) as shard:
            if not self._is_whole(digest, kind):
                with shard.replacement(data) as file:
                    file.take(self._file_name(digest, kind))
            yield shard

    def keep(self, digest: Digest, data: bytes | memoryview, kind: Kind) -> None:
        """Store again what `put` stored, in case it has been collected since. For the holder of the lock."""
        if not self.has(digest, kind):
            with self._shards.durable(digest) as shard:
                shard.write(self._file_name(digest, kind), data)

    def read(self, digest: Digest, kind: Kind) -> bytes:
        """The verified bytes of an object. Raises ObjectMissing, ObjectDamaged."""
        descriptor, data = self.open_verified(digest, kind)
        try:
            return read_whole(descriptor) if data is None else data
        finally:
            os.close(descriptor)

    def open(self, digest: Digest, kind: Kind) -> int:
        """A descriptor on a verified object, safe from collection until closed. Raises ObjectMissing, ObjectDamaged."""
        descriptor, _ = self.open_verified(digest, kind)
        return descriptor

    def open_verified(self, digest: Digest, kind: Kind) -> tuple[int, bytes | None]:
        """The same, with the bytes where they were read to verify it, and are few."""
        descriptor = _open_unverified(self.place, digest, kind)
        try:
            mark_in_use(descriptor)  # if a collector is removing it, it stays readable here
            content, data = content_of(descriptor)
            _verify(digest, kind, content)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor, data

    def verify(self, digest: Digest, kind: Kind) -> None:
        """Read and verify an object even if an earlier read verified it. Raises as `open`."""
        descriptor = _open_unverified(self.place, digest, kind)
        try:
            _verify(digest, kind, read_content(descriptor, os.fstat(descriptor))[0])
        finally:
            os.close(descriptor)

    def info(self, digest: Digest, kind: Kind) -> StoredObject:
        """Size and time of an object, without reading it. Raises ObjectMissing."""
        folder, (_, status) = f"{self.place}/objects/{digest[:2]}", self._look_up(digest, kind)
        return StoredObject(digest, kind, status.st_size, status.st_mtime_ns, status, folder)

    def path(self, digest: Digest, kind: Kind) -> str:
        """The path of an object, relative to the repository. Raises ObjectMissing."""
        name, _ = self._look_up(digest, kind)
        return f"objects/{digest.shard}/{name}"

    def has(self, digest: Digest, kind: Kind) -> bool:
        """Whether an object of that name exists; its bytes are not read."""
        with suppress(ObjectMissing):
            return bool(self.info(digest, kind))
        return False

    def starting_with(self, prefix: str) -> list[Digest]:
        """The snapshots whose identifier starts with `prefix` (two digits or more)."""
        if not _HEX.issuperset(prefix):
            return []
        with suppress(FileNotFoundError, NotADirectoryError):
            with Folder.enter(self.root, "objects", prefix[:2]) as folder:
                found = {digest for _, digest, kind in _named(folder, prefix[:2]) if kind is Kind.SNAPSHOT}
            return sorted(digest for digest in found if digest.startswith(prefix))
        return []

    def snapshots(self) -> Iterator[Digest]:
        """The identifiers of all snapshots, sorted, from the names of their files alone."""
        for shard in self._shards.names():
            with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(self.root, "objects", shard) as folder:
                found = {digest: None for _, digest, kind in _named(folder, shard) if kind is Kind.SNAPSHOT}
            yield from found  # each once, even if it exists in both forms

    def __iter__(self) -> Iterator[StoredObject]:
        """Every object, sorted by digest; files with other names are skipped."""
        for shard in self._shards.names():
            yield from self._shard(shard)

    def _look_up(self, digest: Digest, kind: Kind) -> tuple[str, os.stat_result]:
        for name in file_names(digest, kind):
            try:
                return name, beneath.stat_below(self.place, "objects", digest[:2], name)
            except (FileNotFoundError, NotADirectoryError):
                continue
        raise ObjectMissing(digest)

    def _is_whole(self, digest: Digest, kind: Kind) -> bool:
        """Whether the object exists, whole and with durable bytes."""
        try:
            descriptor = self.open(digest, kind)
        except (ObjectMissing, ObjectDamaged):
            return False
        try:
            sync_content(descriptor)
        finally:
            os.close(descriptor)
        return True

    def _file_name(self, digest: Digest, kind: Kind) -> str:
        return file_names(digest, kind)[1 if self._shards.have_bare_names else 0]

    def _shard(self, shard: str) -> Iterator[StoredObject]:
        with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(self.root, "objects", shard) as folder:
            for name, digest, kind in _named(folder, shard):
                with suppress(FileNotFoundError):  # removed meanwhile
                    status = folder.stat(name)
                    place = f"{self.place}/objects/{shard}"
                    yield StoredObject(digest, kind, status.st_size, status.st_mtime_ns, status, place)


def read_unverified(root: str, digest: Digest, kind: Kind) -> bytes:
    """The bytes of an object as they are on disk, for uses where wrong bytes do no harm. Raises ObjectMissing."""
    descriptor = _open_unverified(root, digest, kind)
    try:
        _check_size(digest, kind, size_bytes := os.fstat(descriptor).st_size)
        return read_whole(descriptor, size_bytes)
    finally:
        os.close(descriptor)


def _open_unverified(root: str, digest: Digest, kind: Kind) -> int:
    for name in file_names(digest, kind):
        try:
            return beneath.open_file(root, "objects", digest[:2], name)
        except NotAFile as error:
            raise ObjectDamaged(digest) from error
        except (FileNotFoundError, NotADirectoryError):
            continue
    raise ObjectMissing(digest)


def _named(folder: Folder, shard: str) -> Iterator[tuple[str, Digest, Kind]]:
    """The objects in a shard by the names of their files; other names are skipped."""
    for name in folder.names():
        with suppress(FileNotFoundError, InvalidDigest, NotAFile, ValueError):
            digest = Digest(shard + name[:62])
            yield name, digest, Kind(name[62:]) if len(name) > 62 else _bare_kind(folder, name)


def file_names(digest: Digest, kind: Kind) -> tuple[str, str]:
    """The possible file names of an object in its shard: with the suffix, and without."""
    bare = digest[2:]
    return bare + kind, bare


def _verify(digest: Digest, kind: Kind, content: Content) -> None:
    if content.size_bytes > XMP_BYTES:
        _check_size(digest, kind, content.size_bytes)
    if content.digest != digest:
        raise ObjectDamaged(digest)
    if (kind is Kind.MASK) is not content.is_mask:
        raise ObjectMissing(digest)


def _check_size(digest: Digest, kind: Kind, size_bytes: int) -> None:
    if size_bytes > kind.limit_bytes:
        raise ObjectDamaged(digest, f"beyond the limit of {kind.limit_bytes} bytes")


def _bare_kind(folder: Folder, name: str) -> Kind:
    descriptor = folder.open(name)
    try:
        return Kind.MASK if is_mask(descriptor) else Kind.SNAPSHOT
    finally:
        os.close(descriptor)
