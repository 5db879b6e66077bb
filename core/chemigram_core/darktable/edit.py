"""The edit of a packet: what a state does to the picture and what people say about it. Knows no bytes.

Two packets with one edit differ in bookkeeping or spelling alone. docs/canonical-xmp.md explains each rule to people.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

from chemigram_core.darktable import properties as names
from chemigram_core.darktable.bookkeeping import BOOKKEEPING, peoples_tags
from chemigram_core.darktable.encoding import decoded
from chemigram_core.darktable.entries import Entry, Form
from chemigram_core.darktable.history import History, history_of
from chemigram_core.digest import Digest
from chemigram_core.xmp.model import Array, Packet, Properties, Struct, Value

_V3_RAW, _V5_RAW = "2", "4"
_POSITIONS = ("exif:GPSLatitude", "exif:GPSLongitude", "exif:GPSDestLatitude", "exif:GPSDestLongitude")
_POSITION = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d{1,20})?)(?:,(\d{1,2}(?:\.\d{1,20})?))?([NSEW])", re.ASCII)


def edit_of(packet: Packet) -> Packet:
    """The packet that is equal for equal edits. It has no subject: exiv2 drops that."""
    history = history_of(packet.properties)
    properties: dict[str, Value] = {
        **{name: _position(name, value) for name, value in _metadata(packet.properties, history).items()},
        **_pipe_order(packet.properties, history),
        **_steps(history),
    }
    return Packet("", {name: value for name, value in properties.items() if not _is_empty(value)})


def _metadata(properties: Properties, history: History) -> Properties:
    """What people say about the picture: ratings, labels, tags, titles … without history and bookkeeping."""
    others = {*BOOKKEEPING, *history.sources, names.TAGS, names.KEYWORDS, names.IOP_ORDER_VERSION, names.IOP_ORDER_LIST}
    said = {name: value for name, value in properties.items() if name not in others} | peoples_tags(properties)
    return {name: value for name, value in said.items() if not _is_empty(value)}


def _is_empty(value: Value) -> bool:
    """An empty list says nothing, and exiftool drops it."""
    return isinstance(value, Array) and not value.items


def _steps(history: History) -> dict[str, Value]:
    """The history in one shape. Steps that were undone are kept, and where they begin is part of the edit."""
    nums = [entry.num or 0 for entry in history.entries]
    steps: dict[str, Value] = {
        names.HISTORY: Array("Seq", tuple([_step(entry) for entry in history.entries])),
        names.MASKS_HISTORY: Array("Seq", tuple([_form(form, nums) for form in history.forms])),
    }
    undone = len(history.effective) < len(history.entries)
    return {**steps, names.HISTORY_END: str(len(history.effective))} if undone else steps


def _step(entry: Entry) -> Struct:
    return Struct(
        {
            names.MULTI_PRIORITY: "0",
            **_plain(entry.fields),
            names.ENABLED: "1" if entry.enabled else "0",
            names.MULTI_NAME: entry.name_by_hand,
        }
    )


def _form(form: Form, nums: Sequence[int]) -> Struct:
    if form.num is None:
        return Struct(_plain(form.fields))
    return Struct({**_plain(form.fields), names.MASK_NUM: str(bisect_left(nums, form.num))})


def _plain(fields: Properties) -> dict[str, Value]:
    """Without bookkeeping, and binary values as the SHA-256 of what they stand for."""
    return {name: _decoded(name, value) for name, value in fields.items() if name not in BOOKKEEPING}


def _decoded(name: str, value: Value) -> Value:
    data = decoded(value) if name in names.ENCODED and isinstance(value, str) else None
    return value if data is None else str(Digest.of(data))


def _pipe_order(properties: Properties, history: History) -> dict[str, Value]:
    """The order of the modules that the history is about.

    A list is what darktable follows where there is one, and it names every module that its writer knew. Without one,
    the order's version speaks: v5.0 RAW differs from v3.0 RAW only in where the picture is scaled.
    """
    order = properties.get(names.IOP_ORDER_LIST)
    if isinstance(order, str):
        words = order.split(",")
        used = {(entry.operation, str(entry.multi_priority)) for entry in history.entries}
        pairs = [pair for pair in zip(words[::2], words[1::2], strict=False) if pair in used]
        return {names.IOP_ORDER_LIST: ",".join(f"{operation},{priority}" for operation, priority in pairs)}
    version = properties.get(names.IOP_ORDER_VERSION)
    if version is None or not history.entries:
        return {}
    return {names.IOP_ORDER_VERSION: _V3_RAW if version == _V5_RAW else version}


def _position(name: str, value: Value) -> Value:
    """A latitude or longitude in minutes: exiv2 writes seven digits of them, whatever it read."""
    if name not in _POSITIONS or not isinstance(value, str) or not (found := _POSITION.fullmatch(value)):
        return value
    degrees, minutes, seconds, direction = found.groups()
    total = int(degrees) * 60 + Fraction(minutes) + Fraction(seconds or 0) / 60
    return f"{round(total * 10**7)}{direction}"
