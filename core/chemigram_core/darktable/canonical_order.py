"""Rules 5, 7 and 10 of the canonical form: orders, renumbers and rounds values in a packet. Knows no bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from chemigram_core.darktable.properties import (
    HISTORY,
    HISTORY_END,
    IOP_ORDER,
    KEYWORDS,
    MASK_NUM,
    MASKS_HISTORY,
    NUM,
    TAGS,
)
from chemigram_core.xmp.model import Array, Packet, Properties, Struct, Value
from chemigram_core.xmp.numbers import six_places, whole

SORTED_BAGS = (KEYWORDS, TAGS)  # sets of texts; other bags may be parallel lists


def normalized(packet: Packet) -> Packet:
    """The same document with its lists in canonical order. Raises InvalidXmp for invalid numbers."""
    properties = dict(packet.properties)
    for name in SORTED_BAGS:
        if isinstance(bag := properties.get(name), Array) and bag.kind == "Bag":
            properties[name] = replace(bag, items=_sorted(bag.items))
    end = whole(text, HISTORY_END) if isinstance(text := properties.get(HISTORY_END), str) else None
    if isinstance(history := properties.get(HISTORY), Array) and (entries := _structs(history)):
        entries = [_rounded(entry, place) for place, entry in enumerate(entries, start=1)]
        properties[HISTORY] = replace(history, items=tuple(entries))
        if all(NUM in entry.fields for entry in entries):
            properties |= _in_order(properties, history, entries, end)
    return replace(packet, properties=properties)


def _sorted(items: tuple[Value, ...]) -> tuple[Value, ...]:
    texts = [item for item in items if isinstance(item, str)]
    return tuple(sorted(texts)) if len(texts) == len(items) else items


def _structs(array: Array) -> list[Struct]:
    """The items, if all of them are structures; lists of any other shape are left alone."""
    structs = [item for item in array.items if isinstance(item, Struct)]
    return structs if len(structs) == len(array.items) else []


def _rounded(entry: Struct, place: int) -> Struct:
    order = entry.fields.get(IOP_ORDER)
    if not isinstance(order, str):
        return entry
    return Struct({**entry.fields, IOP_ORDER: six_places(order, f"{HISTORY}, entry {place}, {IOP_ORDER}")})


def _in_order(properties: Properties, history: Array, entries: Sequence[Struct], end: int | None) -> dict[str, Value]:
    """The entries by `num` (equal ones as they stand), and 0..N-1 when `history_end` says that there are N."""
    nums = [_number(entry, NUM, f"{HISTORY}, entry {place}") for place, entry in enumerate(entries, start=1)]
    order = sorted(range(len(nums)), key=nums.__getitem__)
    entries, nums = [entries[row] for row in order], [nums[row] for row in order]
    if end != len(nums) or [entry.fields[NUM] for entry in entries] == [str(row) for row in range(len(nums))]:
        return {HISTORY: replace(history, items=tuple(entries))}
    renumbered = tuple([_with(entry, NUM, num) for num, entry in enumerate(entries)])
    return {HISTORY: replace(history, items=renumbered), **_renumbered_forms(properties, nums)}


def _renumbered_forms(properties: Properties, nums: Sequence[int]) -> dict[str, Value]:
    """Each form stays with the entry from which it is valid: the first whose old number is not below its own."""
    if not isinstance(forms := properties.get(MASKS_HISTORY), Array):
        return {}
    items = [
        _with(form, MASK_NUM, bisect_left(nums, _number(form, MASK_NUM, f"{MASKS_HISTORY}, entry {place}")))
        if isinstance(form, Struct) and MASK_NUM in form.fields
        else form
        for place, form in enumerate(forms.items, start=1)
    ]
    return {MASKS_HISTORY: replace(forms, items=tuple(items))}


def _with(row: Struct, field: str, number: int) -> Struct:
    return Struct({**row.fields, field: str(number)})


def _number(row: Struct, field: str, place: str) -> int:
    value = row.fields[field]
    return whole(value if isinstance(value, str) else "", f"{place}, {field}")
