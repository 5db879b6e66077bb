"""Opens the objects of a state as files. Verifies the object, and the XMP that says that the state has it."""

from __future__ import annotations

from chemfs.tree.errors import Replaced
from chemfs.tree.open_files import Caching, DescriptorFile, OpenFile
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

READ_ONLY_MODE = 0o444


def open_snapshot(repository: Repository, digest: Digest, mode: int = READ_ONLY_MODE) -> OpenFile:
    """The XMP of a state. Raises ObjectMissing, ObjectDamaged."""
    return DescriptorFile(repository.objects.open(digest, Kind.SNAPSHOT), Caching.KEEP, mode)


def open_mask(
    repository: Repository, state: Digest, name: MaskName, mask: Digest, mode: int = READ_ONLY_MODE
) -> OpenFile:
    """A mask of a state. Look-ups read the state's XMP unverified, so it is verified here.

    Raises Replaced if the verified state has another mask of that name; ObjectMissing, ObjectDamaged.
    """
    check_mask(repository, state, name, mask)
    return DescriptorFile(repository.objects.open(mask, Kind.MASK), Caching.KEEP, mode)


def check_mask(repository: Repository, state: Digest, name: MaskName, mask: Digest) -> None:
    """Raises Replaced if the verified state has another mask of that name, or none; ObjectMissing, ObjectDamaged."""
    if repository.state(state).masks.get(name) != mask:
        raise Replaced(name.file_name)
