"""darktable's edit history in an XMP, whatever shape its version gave it. Knows no bytes and no metadata.

Source: darktable's src/common/exif.cc (read_history_v1, read_history_v2, read_masks, read_masks_v3,
dt_exif_xmp_read): parallel lists in xmp_version 1, entries without numbers in 2, numbered ones from 3 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from chemigram_core.xmp.encoding import decoded
from chemigram_core.xmp.model import Array, Properties, Struct, Value
from chemigram_core.xmp.numbers import is_whole, whole

ENTRIES = "darktable:history"
FORMS = "darktable:masks_history"
END = "darktable:history_end"
NUM = "darktable:num"
MASK_NUM = "darktable:mask_num"
IOP_ORDER = "darktable:iop_order"

ENTRY_LISTS: Mapping[str, str] = {  # xmp_version 1: a list per field instead of a list of entries
    "darktable:history_operation": "darktable:operation",
    "darktable:history_enabled": "darktable:enabled",
    "darktable:history_modversion": "darktable:modversion",
    "darktable:history_params": "darktable:params",
    "darktable:multi_name": "darktable:multi_name",
    "darktable:multi_priority": "darktable:multi_priority",
    "darktable:blendop_version": "darktable:blendop_version",
    "darktable:blendop_params": "darktable:blendop_params",
}
FORM_LISTS: Mapping[str, str] = {  # xmp_version 1 and 2, the same for the drawn shapes
    "darktable:mask_id": "darktable:mask_id",
    "darktable:mask_type": "darktable:mask_type",
    "darktable:mask_name": "darktable:mask_name",
    "darktable:mask_version": "darktable:mask_version",
    "darktable:mask": "darktable:mask_points",
    "darktable:mask_nb": "darktable:mask_nb",
    "darktable:mask_src": "darktable:mask_src",
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A binary value: as it is written, and the bytes it stands for (None where it can't be decoded)."""

    text: str

    @property
    def data(self) -> bytes | None:
        return decoded(self.text)


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the history. `fields` has all of it under the names of xmp_version 5, foreign ones too."""

    fields: Properties

    @property
    def operation(self) -> str:
        return _text(self.fields, "darktable:operation")

    @property
    def multi_priority(self) -> int:
        return _number(self.fields, "darktable:multi_priority") or 0

    @property
    def instance(self) -> tuple[str, int]:
        """Which module instance this entry sets: operation and multi_priority."""
        return self.operation, self.multi_priority

    @property
    def multi_name(self) -> str:
        return _text(self.fields, "darktable:multi_name")

    @property
    def name_by_hand(self) -> str:
        """`multi_name` where a person gave it: not the name of a preset, nor the number that an instance starts with.

        darktable says since 4.4 whose the name is (`multi_name_hand_edited`); 4.2 turns all other names into 0.
        """
        automatic = ("", "0", _text(self.fields, "darktable:multi_priority"))
        flag = _text(self.fields, "darktable:multi_name_hand_edited")
        return "" if flag == "0" or (flag != "1" and self.multi_name in automatic) else self.multi_name

    @property
    def enabled(self) -> bool:
        """xmp_version 1 has other words than 0 and 1; anything but 0 is on."""
        return _text(self.fields, "darktable:enabled") != "0"

    @property
    def modversion(self) -> int | None:
        return _number(self.fields, "darktable:modversion")

    @property
    def params(self) -> Encoded:
        return Encoded(_text(self.fields, "darktable:params"))

    @property
    def blendop_version(self) -> int | None:
        return _number(self.fields, "darktable:blendop_version")

    @property
    def blendop_params(self) -> Encoded | None:
        """None in entries of old versions and those that lay nothing over the picture."""
        text = _text(self.fields, "darktable:blendop_params")
        return Encoded(text) if text else None

    @property
    def iop_order(self) -> float | None:
        """The place in the pixel pipe, in xmp_version 3 only."""
        return float(text) if (text := _text(self.fields, IOP_ORDER)) else None

    @property
    def num(self) -> int | None:
        return _number(self.fields, NUM)


@dataclass(frozen=True, slots=True)
class Form:
    """One drawn shape, or group of shapes, as it stood at one step of the history."""

    fields: Properties

    @property
    def num(self) -> int | None:
        """The `num` of the entry from which this form is valid; None in xmp_version 1 and 2."""
        return _number(self.fields, MASK_NUM)

    @property
    def id(self) -> str:
        return _text(self.fields, "darktable:mask_id")

    @property
    def type(self) -> int | None:
        """Bits: 1 circle, 2 path, 4 group, 8 clone, 16 gradient, 32 ellipse, 64 brush, 128 not a clone."""
        return _number(self.fields, "darktable:mask_type")

    @property
    def name(self) -> str:
        return _text(self.fields, "darktable:mask_name")

    @property
    def points(self) -> Encoded:
        return Encoded(_text(self.fields, "darktable:mask_points"))


@dataclass(frozen=True)
class History:
    """The entries in their order, and how many of them count; `sources` are the properties that it was read from."""

    entries: tuple[Entry, ...]
    forms: tuple[Form, ...]
    end: int | None
    sources: frozenset[str]

    @property
    def effective(self) -> tuple[Entry, ...]:
        """What darktable applies: the first `end` entries. The others are steps that were undone, but kept."""
        return self.entries[: self.end] if self.end is not None else self.entries

    @cached_property
    def instances(self) -> Mapping[tuple[str, int], Entry]:
        """The state of each module instance that the history sets: its last effective entry, in order of setting."""
        last: dict[tuple[str, int], Entry] = {}
        for entry in self.effective:
            last.pop(entry.instance, None)
            last[entry.instance] = entry
        return last


def history_of(properties: Properties) -> History:
    """The history in `properties`, empty where there is none that darktable could read."""
    entries, entry_sources = _rows(properties, ENTRIES, ENTRY_LISTS)
    forms, form_sources = _rows(properties, FORMS, FORM_LISTS)
    return History(
        entries=tuple(map(Entry, entries)),
        forms=tuple(map(Form, forms)),
        end=_number(properties, END),
        sources=form_sources | entry_sources | {END},
    )


def _rows(properties: Properties, name: str, lists: Mapping[str, str]) -> tuple[list[Properties], frozenset[str]]:
    """A list of structures, or parallel lists, as rows; and the names of the properties in which they stood."""
    if isinstance(table := properties.get(name), Array):
        rows = [item.fields for item in table.items if isinstance(item, Struct)]
        return (rows, frozenset((name,))) if len(rows) == len(table.items) else ([], frozenset())
    found = {old: value.items for old in lists if isinstance(value := properties.get(old), Array)}
    return _transposed({lists[old]: items for old, items in found.items()}), frozenset(found)


def _transposed(columns: Mapping[str, tuple[Value, ...]]) -> list[Properties]:
    """Parallel lists as rows; a list that is too short leaves its field out of the later rows."""
    count = max(map(len, columns.values()), default=0)
    return [{field: items[row] for field, items in columns.items() if row < len(items)} for row in range(count)]


def _text(fields: Properties, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _number(fields: Properties, name: str) -> int | None:
    return whole(text, name) if is_whole(text := _text(fields, name)) else None
