"""darktable's edit history in an XMP, in the format of any version. Knows no bytes and no metadata.

Source: darktable's src/common/exif.cc (read_history_v1, read_history_v2, read_masks, read_masks_v3,
dt_exif_xmp_read): parallel lists in xmp_version 1, entries without numbers in 2, numbered ones from 3 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from chemigram_core.darktable import properties as names
from chemigram_core.darktable.entries import Entry, Form, Instance, number_of
from chemigram_core.darktable.properties import HISTORY, HISTORY_END, MASKS_HISTORY
from chemigram_core.xmp.model import Array, Properties, Struct, Value

ENTRY_LISTS: Mapping[str, str] = {  # xmp_version 1: a list per field instead of a list of entries
    "darktable:history_operation": names.OPERATION,
    "darktable:history_enabled": names.ENABLED,
    "darktable:history_modversion": names.MODVERSION,
    "darktable:history_params": names.PARAMS,
    names.MULTI_NAME: names.MULTI_NAME,
    names.MULTI_PRIORITY: names.MULTI_PRIORITY,
    names.BLENDOP_VERSION: names.BLENDOP_VERSION,
    names.BLENDOP_PARAMS: names.BLENDOP_PARAMS,
}
FORM_LISTS: Mapping[str, str] = {  # xmp_version 1 and 2, the same for the drawn shapes
    names.MASK_ID: names.MASK_ID,
    names.MASK_TYPE: names.MASK_TYPE,
    names.MASK_NAME: names.MASK_NAME,
    names.MASK_VERSION: names.MASK_VERSION,
    "darktable:mask": names.MASK_POINTS,
    names.MASK_NB: names.MASK_NB,
    names.MASK_SRC: names.MASK_SRC,
}
_BESIDE = (names.XMP_VERSION, names.IOP_ORDER_VERSION, names.IOP_ORDER_LIST, names.RAW_PARAMS)


@dataclass(frozen=True)
class History:
    """The entries in order, and the number that take effect; `sources` are the properties that it was read from.

    `beside`: the properties beside it that determine how it is applied: in which order, and how old files turn the
    picture.
    """

    entries: tuple[Entry, ...]
    forms: tuple[Form, ...]
    end: int | None
    sources: frozenset[str]
    beside: Properties = field(default_factory=dict)

    @property
    def effective(self) -> tuple[Entry, ...]:
        """The entries that darktable applies: the first `end`. The others are undone steps."""
        return self.entries[: self.end] if self.end is not None else self.entries

    @cached_property
    def instances(self) -> Mapping[Instance, Entry]:
        """The state of each module instance that the history sets: its last effective entry, in order of setting."""
        last: dict[Instance, Entry] = {}
        for entry in self.effective:
            last.pop(entry.instance, None)
            last[entry.instance] = entry
        return last


def history_of(properties: Properties) -> History:
    """The history in `properties`; empty if darktable could not read one."""
    entries, entry_sources = _rows(properties, HISTORY, ENTRY_LISTS)
    forms, form_sources = _rows(properties, MASKS_HISTORY, FORM_LISTS)
    return History(
        entries=tuple(map(Entry, entries)),
        forms=tuple(map(Form, forms)),
        end=number_of(properties, HISTORY_END),
        sources=form_sources | entry_sources | {HISTORY_END},
        beside={name: properties[name] for name in _BESIDE if name in properties},
    )


def _rows(properties: Properties, name: str, lists: Mapping[str, str]) -> tuple[list[Properties], frozenset[str]]:
    """A list of structures, or parallel lists, as rows; and the names of their properties."""
    if isinstance(table := properties.get(name), Array):
        rows = [item.fields for item in table.items if isinstance(item, Struct)]
        return (rows, frozenset((name,))) if len(rows) == len(table.items) else ([], frozenset())
    found = {old: value.items for old in lists if isinstance(value := properties.get(old), Array)}
    return _transposed({lists[old]: items for old, items in found.items()}), frozenset(found)


def _transposed(columns: Mapping[str, tuple[Value, ...]]) -> list[Properties]:
    """Parallel lists as rows; a list that is too short leaves its field out of the later rows."""
    count = max(map(len, columns.values()), default=0)
    return [{field: items[row] for field, items in columns.items() if row < len(items)} for row in range(count)]
