"""The identity of an edit: packets with equal identities differ only in bookkeeping or spelling. Knows no bytes.

`edit_of` alone defines the meaning of a packet: packets are compared only by their edits.
docs/canonical-xmp.md explains each rule to people.
"""

from __future__ import annotations

from functools import lru_cache

from chemigram_core.darktable import properties as names
from chemigram_core.darktable.bookkeeping import BOOKKEEPING
from chemigram_core.darktable.edit.exif import exif_read
from chemigram_core.darktable.edit.order import order_of
from chemigram_core.darktable.edit.steps import history_read, history_written
from chemigram_core.darktable.edit.tags import tags_read
from chemigram_core.darktable.edit.texts import texts_read
from chemigram_core.darktable.edit.toolkit import toolkit_read
from chemigram_core.darktable.encoding import decoded
from chemigram_core.darktable.entries import Entry
from chemigram_core.digest import Digest
from chemigram_core.xmp.model import Array, Packet, Properties, Struct, Value

_ORDERS = frozenset((names.IOP_ORDER_LIST, names.IOP_ORDER_VERSION))
_REPEATED_CHARACTERS = 1_000  # longer values are drawn shapes and the like, which images don't share
_ROWS = (names.HISTORY, names.MASKS_HISTORY)


def edit_of(packet: Packet) -> Packet:
    """The content of the packet, in one shape: that of xmp_version 5, with binary values as they are written.

    It has no subject: exiv2 drops that.
    """
    history, sources = history_read(packet.properties)
    of_history = sources | _ORDERS
    others = {name: value for name, value in packet.properties.items() if name not in of_history}
    read = exif_read(toolkit_read(packet.about, others))
    said = {**texts_read(read), **tags_read(read)}
    order = order_of(history, packet.properties)
    properties: dict[str, Value] = {
        **{name: value for name, value in said.items() if name not in BOOKKEEPING},
        **order,
        **history_written(history, ordered=names.IOP_ORDER_LIST in order),
    }
    empty = [name for name, value in properties.items() if isinstance(value, Array) and not value.items]
    for name in empty:  # they carry no information, and exiftool drops them
        del properties[name]
    return Packet("", properties)


def identity_of(edit: Packet) -> Packet:
    """The packet that is equal for equal edits: binary values as the SHA-256 of what they stand for."""
    properties = dict(edit.properties)
    for name in _ROWS:
        if name in properties:
            properties[name] = _rows(properties[name])
    return Packet("", properties)


def _rows(table: Value) -> Value:
    if not isinstance(table, Array):
        return table
    return Array("Seq", tuple([Struct(_row(row.fields)) for row in table.items if isinstance(row, Struct)]))


def _row(fields: Properties) -> dict[str, Value]:
    plain = {name: value for name, value in fields.items() if name not in BOOKKEEPING}
    plain |= {name: _decoded(fields[name]) for name in names.ENCODED if name in fields}
    if names.MULTI_NAME in fields:
        plain[names.MULTI_NAME] = Entry(fields).name_by_hand
    return plain


def _decoded(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return _identity_of(value) if len(value) > _REPEATED_CHARACTERS else _known_identity(value)


def _identity_of(text: str) -> str:
    data = decoded(text)
    return text if data is None else str(Digest.of(data))


_known_identity = lru_cache(maxsize=4_096)(_identity_of)  # most modules of a shoot have the same parameters
