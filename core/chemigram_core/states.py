"""States: XMPs with their masks, read from the store and cached, since the content of a digest never changes.

The caches are bounded, keyed by digest and shared by all repositories of a process; a repository object keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache, cached

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp
from chemigram_core.names import MaskName
from chemigram_core.store.objects import Kind, ObjectStore, read_unverified

if TYPE_CHECKING:
    from chemigram_core.sidecar import Document


@dataclass(frozen=True, slots=True)
class State:
    """A snapshot and the masks that its note names."""

    digest: Digest
    masks: Mapping[MaskName, Digest]


_DOCUMENT_BYTES = 1 << 20  # of an XMP that is kept parsed, which takes about 8 times the memory
_documents: LRUCache[Digest, Document] = LRUCache(16)  # the tips that the next saves are compared with
_states: LRUCache[Digest, State] = LRUCache(10_000)  # about 5 MB at the most
_edits: LRUCache[Digest, Digest] = LRUCache(10_000)
_bare_edits: LRUCache[Digest, Digest] = LRUCache(1_000)
_pixels: LRUCache[Digest, Digest] = LRUCache(10_000)
_lock = Lock()  # of all caches; held only for a look-up


def _by_digest(_: ObjectStore, digest: Digest) -> Digest:
    return digest


class States:
    """The states of one store. Safe for many threads. Methods raise ObjectMissing, ObjectDamaged, InvalidXmp."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def read(self, digest: Digest) -> State:
        """The state of a snapshot."""
        return _state(self._objects, digest)

    def peek_unverified(self, digest: Digest) -> State:
        """The unverified content of the state's file: enough to show names."""
        with _lock:
            if (known := _states.get(digest)) is not None:
                return known
        try:
            return _peek(self._objects.place, digest)
        except InvalidXmp:
            return self.read(digest)

    def document(self, digest: Digest) -> Document:
        """The snapshot's XMP, parsed. The file is always read: a collected snapshot has none."""
        from chemigram_core.sidecar import parse

        data = self._objects.read(digest, Kind.SNAPSHOT)
        if (known := self.recall(digest)) is not None:
            return known
        document = parse(data)
        if len(data) <= _DOCUMENT_BYTES:
            with _lock:
                _documents[digest] = document
        return document

    def recall(self, digest: Digest) -> Document | None:
        """The XMP of a snapshot that was recently stored or parsed, without access to the store."""
        with _lock:
            return _documents.get(digest)

    def edit(self, digest: Digest) -> Digest:
        """The edit identity of a snapshot."""
        return _edit(self._objects, digest)

    def edit_without_masks(self, digest: Digest) -> Digest:
        """The edit identity that a snapshot would have without its masks."""
        return _bare_edit(self._objects, digest)

    def pixels(self, mask: Digest) -> Digest:
        """The identity of a mask's pixels, however they are compressed. Raises InvalidMask, not InvalidXmp."""
        return _mask_pixels(self._objects, mask)

    def learn(self, document: Document) -> None:
        """Cache what was just stored, so that the next save need not read and parse it."""
        digest = document.digest
        with _lock:
            _states[digest] = State(digest, document.masks)
            _edits[digest] = document.edit_digest
            if len(document.canonical()) <= _DOCUMENT_BYTES:
                _documents[digest] = document


@cached(_states, _by_digest, _lock)
def _state(objects: ObjectStore, digest: Digest) -> State:
    return State(digest, _masks_of()(objects.read(digest, Kind.SNAPSHOT)))


@lru_cache(10_000)
def _peek(root: str, digest: Digest) -> State:
    """Damage of one repository must not show in others, so they share nothing that is unverified."""
    return State(digest, _masks_of()(read_unverified(root, digest, Kind.SNAPSHOT)))


@cached(_edits, _by_digest, _lock)
def _edit(objects: ObjectStore, digest: Digest) -> Digest:
    return States(objects).document(digest).edit_digest


@cached(_bare_edits, _by_digest, _lock)
def _bare_edit(objects: ObjectStore, digest: Digest) -> Digest:
    return States(objects).document(digest).with_masks({}).edit_digest


@cached(_pixels, _by_digest, _lock)
def _mask_pixels(objects: ObjectStore, mask: Digest) -> Digest:
    from chemigram_core.masks.png.pixels import pixels_digest

    return pixels_digest(objects.read(mask, Kind.MASK))


@cache
def _masks_of() -> Callable[[bytes], Mapping[MaskName, Digest]]:
    """What reads the masks of a snapshot's XMP. lxml is loaded for the first one: listing branches needs none."""
    from chemigram_core.sidecar import masks_of

    return masks_of
