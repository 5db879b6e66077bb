"""States of a repository as small trees: `image.xmp` and `masks/`. Knows the shape of a state, not where it is kept.

All hints are free: an object's name is its hash, the file system knows its size, the state says its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chemigram_core.compare.comparators.container import Listing
from chemigram_core.compare.item import DataAccess, ItemRef, Readable
from chemigram_core.compare.media_type import PNG, XMP
from chemigram_core.digest import Digest
from chemigram_core.layout import MASK_FOLDER, XMP_FILE


@dataclass(frozen=True, slots=True)
class StateFile:
    """One file of a state: its name there, its object, and a handle for its bytes."""

    name: str
    digest: Digest
    size_bytes: int
    handle: Readable


class StateAccess(Protocol):
    """Access to stored states. Sizes are known without reading a mask."""

    def xmp(self, state: Digest) -> StateFile:
        """The snapshot. Raises StoreFailed."""
        ...

    def masks(self, state: Digest) -> Sequence[StateFile]:
        """The masks that its note names; `name` has the suffix. Raises StoreFailed."""
        ...


def mask_item(file: StateFile) -> ItemRef:
    """A mask of a state to compare, all hints set."""
    return _item(f"{MASK_FOLDER}/{file.name}", file, PNG)


@dataclass(frozen=True, slots=True)
class _State:
    digest: Digest
    access: StateAccess


@dataclass(frozen=True, slots=True)
class _Masks:
    files: tuple[StateFile, ...]


def state_item(digest: Digest, access: StateAccess) -> ItemRef:
    """A state to compare."""
    return ItemRef("", is_directory=True, handle=_State(digest, access))


class StateLister:
    """Lists states."""

    def lists(self, item: ItemRef) -> bool:
        """What `state_item` made."""
        return isinstance(item.handle, _State)

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        """The snapshot, and the folder of masks when there are any."""
        match item.handle:
            case _State(digest, access):
                masks = tuple(access.masks(digest))
                folder = [ItemRef(MASK_FOLDER, is_directory=True, handle=_Masks(masks))] if masks else []
                return Listing("state", [_item(XMP_FILE, access.xmp(digest), XMP), *folder])
        return None


class MaskFolderLister:
    """Lists the masks of states."""

    def lists(self, item: ItemRef) -> bool:
        """What StateLister made."""
        return isinstance(item.handle, _Masks)

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        """The masks."""
        match item.handle:
            case _Masks(files):
                return Listing("masks", [mask_item(file) for file in files])
        return None


def _item(path: str, file: StateFile, kind: str) -> ItemRef:
    return ItemRef(
        path,
        is_directory=False,
        handle=file.handle,
        content_hash=file.digest,
        size_bytes=file.size_bytes,
        media_type=kind,
    )
