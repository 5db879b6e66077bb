"""Masks that come with a save: checked, stored, and compared with the branch's, before the lock is taken."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidMask, StoreFailed
from chemigram_core.masks import png
from chemigram_core.masks.registry import Masks
from chemigram_core.names import BranchName, MaskName
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

MaskFiles = Mapping[MaskName, bytes]

NO_FILES: MaskFiles = MappingProxyType({})


class GivenMasks:
    """The masks of one save, stored; until the lock is held, a collector may remove them again."""

    def __init__(self, repository: Repository, branch: BranchName, files: MaskFiles) -> None:
        """Do the long part of a save. Raises InvalidMask, OSError."""
        for name, data in files.items():
            _check(name, data)
        self._repository = repository
        self._files = {name: (repository.objects.put(data, Kind.MASK), data) for name, data in files.items()}
        if files and (tip := repository.refs.read(branch)) is not None:
            self.changed(repository.state(tip).masks)

    def changed(self, before: Masks) -> Masks:
        """Those whose pixels differ from the mask of the same name in `before`; makes sure that the store has them."""
        return {name: self._kept(name) for name in self._files if not self._same_pixels(before.get(name), name)}

    def _same_pixels(self, before: Digest | None, name: MaskName) -> bool:
        digest, _ = self._files[name]
        pixels = self._repository.states.pixels
        try:
            return before is not None and (before == digest or pixels(before) == pixels(digest))
        except StoreFailed:
            return False  # the old mask can't be read: a new one repairs that

    def _kept(self, name: MaskName) -> Digest:
        digest, data = self._files[name]
        self._repository.objects.keep(digest, data, Kind.MASK)
        return digest


def _check(name: MaskName, data: bytes) -> None:
    try:
        png.check(data)
    except InvalidMask as error:
        raise InvalidMask(error.reason, name) from error
