"""Checks every object against its name, and every snapshot's masks against the objects. Knows no refs and no log."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chemigram_core import sidecar
from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import InvalidDigest, InvalidXmp, NotAFile, StoreFailed
from chemigram_core.fsck.finding import Finding, Problem, alien
from chemigram_core.names import MaskName
from chemigram_core.store.content import is_mask
from chemigram_core.store.objects import Kind, ObjectStore

_SUFFIXES = {"": None, Kind.SNAPSHOT.value: Kind.SNAPSHOT, Kind.MASK.value: Kind.MASK}
_NO_RIGHT = "permission denied: run fsck as the owner, or change the permissions (chmod)"


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """A file in objects/: its shard and its name there."""

    shard: str
    name: str

    @classmethod
    def at(cls, path: str) -> Self:
        """The file at a path in the repository."""
        _, *shard, name = path.split("/")
        return cls("".join(shard), name)

    @property
    def path(self) -> str:
        """The path in the repository."""
        return f"objects/{self.shard}/{self.name}" if self.shard else f"objects/{self.name}"


class ObjectAudit:
    """The objects of one repository that have been checked so far."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._store = ObjectStore(root)
        self._whole: dict[Kind, set[Digest]] = {kind: set() for kind in Kind}
        self._masks: dict[ObjectFile, Mapping[MaskName, Digest]] = {}

    def files(self) -> list[ObjectFile]:
        """Every file in objects/, and anything else there except folders."""
        found: list[ObjectFile] = []
        for shard in _names(self._root, "objects"):
            try:
                with Folder.enter(self._root, "objects", shard) as folder:
                    found += [ObjectFile(shard, name) for name in folder.names()]
            except NotADirectoryError:
                found.append(ObjectFile("", shard))
        return found

    def findings(self, file: ObjectFile) -> Iterator[Finding]:
        """The problems of one file."""
        try:
            digest, kind = Digest(file.shard + file.name[:62]), _SUFFIXES[file.name[62:]]
        except (InvalidDigest, KeyError):
            yield alien(file.path)
            return
        try:
            with suppress(FileNotFoundError):  # collected meanwhile
                yield from self._look(file, digest, kind)
        except PermissionError:
            yield Finding(Problem.OBJECT_UNREADABLE, file.path, _NO_RIGHT, digest)
        except OSError as error:
            says = f"its bytes can't be read ({error.strerror}); the disk may be failing"
            yield Finding(Problem.OBJECT_DAMAGED, file.path, says, digest)
        except NotAFile:
            yield Finding(Problem.OBJECT_DAMAGED, file.path, "not a regular file", digest)

    def states_without_masks(self) -> Iterator[Finding]:
        """The snapshots that name a missing or damaged mask. Call it after all files have been checked.

        A collector removes a snapshot before its masks, so an existing snapshot should have them.
        """
        for file, masks in self._masks.items():
            for name, mask in masks.items():
                if not self.has(mask, Kind.MASK) and os.path.lexists(self._root / file.path):
                    yield Finding(
                        Problem.MASK_MISSING, file.path, f"the mask {name} of this state is missing or damaged", mask
                    )

    def has(self, digest: Digest, kind: Kind) -> bool:
        """Whether an object exists and is whole, as far as it is readable; one stored meanwhile is checked now."""
        if digest in self._whole[kind]:
            return True
        try:
            self._store.verify(digest, kind)
        except PermissionError:
            return True
        except (StoreFailed, OSError):
            return False
        return True

    def _look(self, file: ObjectFile, digest: Digest, kind: Kind | None) -> Iterator[Finding]:
        with (
            Folder.enter(self._root, "objects", file.shard) as folder,
            os.fdopen(folder.open(file.name), "rb") as stored,
        ):
            limit_bytes = (kind or Kind.MASK).limit_bytes
            if os.fstat(stored.fileno()).st_size > limit_bytes:
                yield Finding(Problem.OBJECT_DAMAGED, file.path, f"beyond the limit of {limit_bytes} bytes", digest)
                return
            os.posix_fadvise(stored.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # not the page cache
            if hashlib.file_digest(stored, "sha256").hexdigest() != digest:
                yield Finding(Problem.OBJECT_DAMAGED, file.path, "content does not match its name", digest)
                return
            found = Kind.MASK if is_mask(stored.fileno()) else Kind.SNAPSHOT
            if kind is not None and found is not kind:
                yield Finding(Problem.OBJECT_MISPLACED, file.path, f"it should end in {found.value}", digest)
                return
            self._whole[found].add(digest)
            if found is Kind.SNAPSHOT:
                stored.seek(0)
                yield from self._remember_masks(file, digest, stored.read(found.limit_bytes + 1))

    def _remember_masks(self, file: ObjectFile, digest: Digest, data: bytes) -> Iterator[Finding]:
        try:
            if masks := sidecar.masks_of(data):
                self._masks[file] = masks
        except InvalidXmp as error:
            yield Finding(Problem.STATE_UNREADABLE, file.path, str(error), digest)


def _names(root: Path, *parts: str) -> list[str]:
    try:
        with Folder.enter(root, *parts) as folder:
            return folder.names()
    except (FileNotFoundError, NotADirectoryError):
        return []
