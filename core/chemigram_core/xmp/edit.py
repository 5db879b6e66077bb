"""The edit of a packet: what a state does to the picture and says about it, without darktable's bookkeeping.

Knows no bytes. BOOKKEEPING is the one table of what does not count; docs/canonical-xmp.md explains it to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from chemigram_core.xmp.encoding import decoded
from chemigram_core.xmp.history import END, ENTRIES, FORMS, MASK_NUM, Entry, Form, History, history_of
from chemigram_core.xmp.model import Array, Packet, Properties, Struct, Value

BOOKKEEPING: Mapping[str, str] = MappingProxyType(
    {
        "darktable:import_timestamp": "new at every import, in every database",
        "darktable:change_timestamp": "new at every step of a slider, lost at a new import",
        "darktable:export_timestamp": "written by an export",
        "darktable:print_timestamp": "written by a print",
        "darktable:history_basic_hash": "derived from the history, differently by each version",
        "darktable:history_auto_hash": "derived from the history, differently by each version",
        "darktable:history_current_hash": "derived from the history, differently by each version",
        "darktable:xmp_version": "the shape of the file, not its contents",
        "darktable:auto_presets_applied": "whether a first import is over",
        "darktable:raw_params": "flags of the database that appear by themselves",
        "darktable:num": "the order of the entries says the same",
        "darktable:multi_name_hand_edited": "written since 4.4, dropped by 4.2",
        "xmpMM:DerivedFrom": "the name of the image in the database that wrote the file",
        "exif:DateTimeOriginal": "a copy from the image, in another format in each version",
    }
)
_TAGS, _FLAT_TAGS = "lr:hierarchicalSubject", "dc:subject"
_KEYWORDS = (_TAGS, _FLAT_TAGS)
_ORDER_LIST = "darktable:iop_order_list"
ENCODED = frozenset(("darktable:params", "darktable:blendop_params", "darktable:mask_points", "darktable:mask_src"))
AUTOMATIC_TAG = "darktable|"  # changed, exported, format|tif …: set by the program, not by a person


def edit_of(packet: Packet) -> Packet:
    """The packet that is equal for equal edits."""
    history = history_of(packet.properties)
    properties: dict[str, Value] = {
        name: value
        for name, value in packet.properties.items()
        if name not in BOOKKEEPING and name not in history.sources and name not in _KEYWORDS
    }
    properties |= _peoples_keywords(packet.properties)
    properties[ENTRIES] = Array("Seq", tuple([_entry(entry) for entry in history.entries]))
    properties[FORMS] = Array("Seq", tuple([_form(form, history) for form in history.forms]))
    if len(history.effective) < len(history.entries):
        properties[END] = str(len(history.effective))
    if isinstance(order := properties.get(_ORDER_LIST), str):
        properties[_ORDER_LIST] = _order_of_instances(order, history)
    return replace(packet, properties={name: value for name, value in properties.items() if not _is_empty(value)})


def _is_empty(value: Value) -> bool:
    """exiftool drops empty lists."""
    return isinstance(value, Array) and not value.items


def _entry(entry: Entry) -> Struct:
    fields = _without_bookkeeping(entry.fields)
    fields["darktable:enabled"] = "1" if entry.enabled else "0"
    fields["darktable:multi_priority"] = str(entry.multi_priority)
    fields["darktable:multi_name"] = entry.multi_name.removeprefix("0") if entry.multi_name == "0" else entry.multi_name
    return Struct(fields)


def _form(form: Form, history: History) -> Struct:
    fields = _without_bookkeeping(form.fields)
    if form.num is not None:
        fields[MASK_NUM] = str(sum(1 for entry in history.entries if (entry.num or 0) < form.num))
    return Struct(fields)


def _without_bookkeeping(fields: Properties) -> dict[str, Value]:
    return {name: _plain(name, value) for name, value in fields.items() if name not in BOOKKEEPING}


def _plain(name: str, value: Value) -> Value:
    if name not in ENCODED or not isinstance(value, str) or (data := decoded(value)) is None:
        return value
    return data.hex()


def _peoples_keywords(properties: Properties) -> dict[str, Value]:
    """Tags without darktable's own, and without the words of these in the flat list where no other tag has them."""
    tags = _texts(properties.get(_TAGS))
    own = {tag for tag in tags if tag.startswith(AUTOMATIC_TAG)}
    words = _words(own) - _words(set(tags) - own)
    return {
        _TAGS: Array("Bag", tuple([tag for tag in tags if tag not in own])),
        _FLAT_TAGS: Array("Bag", tuple([word for word in _texts(properties.get(_FLAT_TAGS)) if word not in words])),
    }


def _words(tags: set[str]) -> set[str]:
    return {word for tag in tags for word in tag.split("|")}


def _texts(value: Value | None) -> list[str]:
    return [item for item in value.items if isinstance(item, str)] if isinstance(value, Array) else []


def _order_of_instances(order: str, history: History) -> str:
    """The part of the pixel pipe's order that this history is about: versions know more and more modules."""
    words = order.split(",")
    used = {(operation, str(priority)) for operation, priority in history.instances}
    return ",".join(f"{pair[0]},{pair[1]}" for pair in zip(words[::2], words[1::2], strict=False) if pair in used)
