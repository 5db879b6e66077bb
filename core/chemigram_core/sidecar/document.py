"""One XMP document: its bytes in canonical form, its identities, its history and its masks. Knows no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from chemigram_core.darktable.canonical_order import normalized
from chemigram_core.darktable.edit import edit_of, identity_of
from chemigram_core.darktable.history import History, history_of
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp
from chemigram_core.names import MaskName
from chemigram_core.sidecar.mask_note import NO_MASKS, masks_in, masks_written, may_have_note, note_alone, with_note
from chemigram_core.sidecar.note_names import NOTE
from chemigram_core.xmp.envelope import rdf_element, refuse_size
from chemigram_core.xmp.model import Packet, Properties
from chemigram_core.xmp.reader import MAX_FIELDS, packet_of
from chemigram_core.xmp.writer import write

_KEPT_BYTES = 1 << 20  # of an XMP that is kept parsed, which takes about 8 times the memory


@dataclass(frozen=True)
class Document:
    """The content of an XMP. Made by `parse`; equal documents have equal canonical bytes."""

    packet: Packet
    masks: Mapping[MaskName, Digest]

    def canonical(self) -> bytes:
        """The canonical bytes (RFC-002, docs/canonical-xmp.md), which are what a snapshot stores.

        Raises InvalidXmp where its layout or the note of masks makes it too large to be read again.
        """
        return self._canonical

    @cached_property
    def _canonical(self) -> bytes:
        if len(self.packet.properties) > MAX_FIELDS:
            raise InvalidXmp(f"it has more than the limit of {MAX_FIELDS} properties", NOTE)
        data = write(self.packet)
        refuse_size(data)
        return data

    @cached_property
    def digest(self) -> Digest:
        """The snapshot's identifier: the SHA-256 of the canonical bytes."""
        return Digest.of(self._canonical)

    @cached_property
    def edit_digest(self) -> Digest:
        """The edit identity: equal when two documents differ only in bookkeeping."""
        return Digest.of(write(identity_of(self.edit)))

    @cached_property
    def edit(self) -> Packet:
        """Its content without bookkeeping, in the normalized form for comparisons."""
        return edit_of(self.packet)

    @cached_property
    def history(self) -> History:
        """darktable's history, in the format of any version."""
        return history_of(self.packet.properties)

    @property
    def properties(self) -> Properties:
        """Every property by its name with the canonical prefix (`xmp:Rating`), or `{uri}local` without one."""
        return self.packet.properties

    def with_masks(self, masks: Mapping[MaskName, Digest]) -> Document:
        """The same document with the note of `masks`, without a note when there are none."""
        packet = replace(self.packet, properties=with_note(self.packet.properties, masks))
        return Document(packet, masks_in(packet.properties))


def parse(data: bytes) -> Document:
    """The document in `data`, in any spelling of XMP. Raises InvalidXmp that names the line or the property."""
    packet = normalized(packet_of(rdf_element(data)))
    masks = masks_in(packet.properties)
    return Document(replace(packet, properties=with_note(packet.properties, masks)), masks)


def parse_again(data: bytes) -> Document:
    """`parse` where the same bytes follow soon: a state is compared with the one before it and with the next."""
    return _parsed(data) if len(data) <= _KEPT_BYTES else parse(data)


@lru_cache(maxsize=8)  # as many lines of a history as usually are saved to by turns
def _parsed(data: bytes) -> Document:
    return parse(data)


def canonicalize(data: bytes) -> bytes:
    """The canonical form of `data`. Raises InvalidXmp."""
    return parse(data).canonical()


def masks_of(stored: bytes) -> Mapping[MaskName, Digest]:
    """The masks of a stored object, of which only the note is parsed where it is canonical. Raises InvalidXmp."""
    if not may_have_note(stored):
        return NO_MASKS
    return parse(stored).masks if (note := note_alone(stored)) is None else _masks_of_note(note)


@lru_cache(maxsize=1000)  # an image's states have the same few notes
def _masks_of_note(note: bytes) -> Mapping[MaskName, Digest]:
    return masks_written(note) or parse(note).masks
