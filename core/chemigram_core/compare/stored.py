"""Makes the states of a repository comparable. Knows the store; reads a snapshot for its note, but no mask."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedIOBase

from chemigram_core.compare.comparators.state import StateFile
from chemigram_core.digest import Digest
from chemigram_core.layout import XMP_FILE
from chemigram_core.repository import Repository
from chemigram_core.state_files import ObjectFile, state_files
from chemigram_core.store.objects import Kind, ObjectStore


@dataclass(frozen=True, slots=True)
class StoredStates:
    """The states of one repository."""

    repository: Repository

    def xmp(self, state: Digest) -> StateFile:
        """The snapshot. Raises ObjectMissing."""
        return self._file(XMP_FILE, state, Kind.SNAPSHOT)

    def masks(self, state: Digest) -> Sequence[StateFile]:
        """The masks that its note names. Raises ObjectMissing, ObjectDamaged."""
        files = state_files(self.repository.state(state), image=None)
        objects = ((path.rpartition("/")[2], file) for path, file in files.items() if isinstance(file, ObjectFile))
        return [self._file(name, file.digest, file.kind) for name, file in objects if file.kind is Kind.MASK]

    def _file(self, name: str, digest: Digest, kind: Kind) -> StateFile:
        objects = self.repository.objects
        return StateFile(name, digest, objects.info(digest, kind).size_bytes, _StoredBytes(objects, digest, kind))


@dataclass(frozen=True, slots=True)
class _StoredBytes:
    """Handle of an object."""

    objects: ObjectStore
    digest: Digest
    kind: Kind

    def open(self) -> BufferedIOBase:
        """Its verified bytes. Raises ObjectMissing, ObjectDamaged."""
        return os.fdopen(self.objects.open(self.digest, self.kind), "rb")
