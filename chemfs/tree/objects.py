"""Opens the objects of a state as files. Verifies the object, and the XMP that says that the state has it."""

from __future__ import annotations

from chemfs.tree.errors import Replaced
from chemfs.tree.open_files import Caching, DescriptorFile, OpenFile
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

READ_ONLY_MODE = 0o444
_HELD_BYTES = 1 << 18  # at the most of an open file


class ObjectFile(DescriptorFile):
    """Reads an object. A small one that was read to verify it is not read again, as long as it is read once."""

    __slots__ = ("_data",)

    def __init__(self, descriptor: int, data: bytes | None, mode: int) -> None:
        super().__init__(descriptor, Caching.KEEP, mode)
        self._data = memoryview(data) if data is not None and len(data) <= _HELD_BYTES else None

    def read(self, size_bytes: int, offset_bytes: int) -> bytes | memoryview:
        if (data := self._data) is None:
            return super().read(size_bytes, offset_bytes)
        if (end := offset_bytes + size_bytes) >= len(data):
            self._data = None  # from now on the kernel has it all
        return data[offset_bytes:end]


def open_snapshot(repository: Repository, digest: Digest, mode: int = READ_ONLY_MODE) -> OpenFile:
    """The XMP of a state. Raises ObjectMissing, ObjectDamaged."""
    return ObjectFile(*repository.objects.open_verified(digest, Kind.SNAPSHOT), mode)


def open_mask(
    repository: Repository, state: Digest, name: MaskName, mask: Digest, mode: int = READ_ONLY_MODE
) -> OpenFile:
    """A mask of a state. Look-ups read the state's XMP unverified, so it is verified here.

    Raises Replaced if the verified state has another mask of that name; ObjectMissing, ObjectDamaged.
    """
    check_mask(repository, state, name, mask)
    return ObjectFile(*repository.objects.open_verified(mask, Kind.MASK), mode)


def check_mask(repository: Repository, state: Digest, name: MaskName, mask: Digest) -> None:
    """Raises Replaced if the verified state has another mask of that name, or none; ObjectMissing, ObjectDamaged."""
    if repository.state(state).masks.get(name) != mask:
        raise Replaced(name.file_name)
