"""A state: an XMP with its masks, read from the store and remembered, since what a digest names never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp
from chemigram_core.names import MaskName
from chemigram_core.store.objects import Kind, ObjectStore

if TYPE_CHECKING:
    from chemigram_core.sidecar import Document

_STATES = 4_000  # a few MB at the most
_DIGESTS = 500  # of tips and their masks, which the next save asks for


@dataclass(frozen=True, slots=True)
class State:
    """A snapshot and the masks that its note names."""

    digest: Digest
    masks: Mapping[MaskName, Digest]


class States:
    """The states of one store. Safe for many threads."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._lock = Lock()
        self._states: LRUCache[Digest, State] = LRUCache(_STATES)
        self._glances: LRUCache[Digest, State] = LRUCache(_STATES)
        self._edits: LRUCache[Digest, Digest] = LRUCache(_DIGESTS)
        self._bare_edits: LRUCache[Digest, Digest] = LRUCache(_DIGESTS)
        self._pixels: LRUCache[Digest, Digest] = LRUCache(_DIGESTS)

    def read(self, digest: Digest) -> State:
        """The state of a snapshot. Raises ObjectMissing, ObjectDamaged, InvalidXmp."""
        with self._lock:
            if (known := self._states.get(digest)) is not None:
                return known
        state = State(digest, _masks_of(self._objects.read(digest, Kind.SNAPSHOT)))
        with self._lock:
            return self._states.setdefault(digest, state)

    def glance(self, digest: Digest) -> State:
        """The state as its file says, which is not verified: enough to show names. Raises as `read`."""
        with self._lock:
            if (known := self._states.get(digest) or self._glances.get(digest)) is not None:
                return known
        try:
            state = State(digest, _masks_of(self._objects.read_unverified(digest, Kind.SNAPSHOT)))
        except InvalidXmp:
            return self.read(digest)
        with self._lock:
            return self._glances.setdefault(digest, state)

    def document(self, digest: Digest) -> Document:
        """The snapshot's XMP, parsed. Raises as `read`."""
        from chemigram_core.sidecar import parse

        return parse(self._objects.read(digest, Kind.SNAPSHOT))

    def edit(self, digest: Digest) -> Digest:
        """The edit identity of a snapshot. Raises as `read`."""
        return self._remembered(self._edits, digest, lambda: self.document(digest).edit_digest)

    def edit_without_masks(self, digest: Digest) -> Digest:
        """The edit identity that a snapshot would have without its masks. Raises as `read`."""
        return self._remembered(self._bare_edits, digest, lambda: self.document(digest).with_masks({}).edit_digest)

    def pixels(self, mask: Digest) -> Digest:
        """What a mask's pixels are, however they are compressed. Raises ObjectMissing, ObjectDamaged, InvalidMask."""
        from chemigram_core.masks.png.pixels import pixels_digest

        return self._remembered(self._pixels, mask, lambda: pixels_digest(self._objects.read(mask, Kind.MASK)))

    def _remembered(self, known: LRUCache[Digest, Digest], digest: Digest, find: Callable[[], Digest]) -> Digest:
        with self._lock:
            if (remembered := known.get(digest)) is not None:
                return remembered
        found = find()
        with self._lock:
            return known.setdefault(digest, found)


def _masks_of(xmp: bytes) -> Mapping[MaskName, Digest]:
    """The masks of a snapshot's XMP. lxml is loaded when the first XMP is read: listing branches needs none."""
    from chemigram_core.sidecar import masks_of

    return masks_of(xmp)
