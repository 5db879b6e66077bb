"""Rules 5, 7 and 10 of the canonical form: what is ordered, renumbered and rounded in a packet. Knows no bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from chemigram_core.xmp.history import END, ENTRIES, FORMS, IOP_ORDER, MASK_NUM, NUM
from chemigram_core.xmp.mask_note import NOTE
from chemigram_core.xmp.model import Array, Packet, Properties, Struct, Value
from chemigram_core.xmp.numbers import six_places, whole

SORTED_BAGS = ("dc:subject", "lr:hierarchicalSubject", NOTE)  # sets; other bags may be parallel lists


def normalized(packet: Packet) -> Packet:
    """The same document with its lists in canonical order. Raises InvalidXmp for numbers that are none."""
    properties = dict(packet.properties)
    if isinstance(end := properties.get(END, "0"), str):
        whole(end, END)
    for name in SORTED_BAGS:
        if isinstance(bag := properties.get(name), Array) and bag.kind == "Bag":
            properties[name] = Array("Bag", tuple(sorted(bag.items, key=_sort_key)))
    if isinstance(history := properties.get(ENTRIES), Array) and (rows := _structs(history)):
        properties |= _ordered_history(properties, [_rounded(row, place) for place, row in enumerate(rows, start=1)])
    return replace(packet, properties=properties)


def _sort_key(value: Value) -> tuple[bool, str]:
    """Plain texts by their characters, anything else after them by its contents."""
    if isinstance(value, Struct):
        return True, repr(sorted(value.fields.items()))
    return (False, value) if isinstance(value, str) else (True, repr(value))


def _structs(array: Array) -> list[Struct]:
    """The items, when all of them are structures; nothing is known about other shapes, and nothing done to them."""
    structs = [item for item in array.items if isinstance(item, Struct)]
    return structs if len(structs) == len(array.items) else []


def _ordered_history(properties: Properties, entries: Sequence[Struct]) -> dict[str, Value]:
    """Entries by `num` where all of them have one, and 0..N-1 where `history_end` says that all N count."""
    if not all(NUM in entry.fields for entry in entries):
        return {ENTRIES: Array("Seq", tuple(entries))}
    nums = [_number(entry, NUM, f"{ENTRIES}, entry {place}") for place, entry in enumerate(entries, start=1)]
    order = sorted(range(len(nums)), key=nums.__getitem__)
    entries, nums = [entries[row] for row in order], [nums[row] for row in order]
    if properties.get(END) != str(len(entries)) or nums == list(range(len(nums))):
        return {ENTRIES: Array("Seq", tuple(entries))}
    renumbered = [_with(entry, NUM, num) for num, entry in enumerate(entries)]
    return {ENTRIES: Array("Seq", tuple(renumbered)), **_renumbered_forms(properties, nums)}


def _renumbered_forms(properties: Properties, nums: Sequence[int]) -> dict[str, Value]:
    """Each form stays with the entry from which it was valid: the first whose old number is not below its own."""
    if not isinstance(forms := properties.get(FORMS), Array):
        return {}
    items = [
        _with(form, MASK_NUM, bisect_left(nums, _number(form, MASK_NUM, f"{FORMS}, entry {place}")))
        if isinstance(form, Struct) and MASK_NUM in form.fields
        else form
        for place, form in enumerate(forms.items, start=1)
    ]
    return {FORMS: Array(forms.kind, tuple(items))}


def _rounded(entry: Struct, place: int) -> Struct:
    order = entry.fields.get(IOP_ORDER)
    if not isinstance(order, str):
        return entry
    return Struct({**entry.fields, IOP_ORDER: six_places(order, f"{ENTRIES}, entry {place}, {IOP_ORDER}")})


def _with(row: Struct, field: str, number: int) -> Struct:
    return Struct({**row.fields, field: str(number)})


def _number(row: Struct, field: str, place: str) -> int:
    value = row.fields[field]
    return whole(value if isinstance(value, str) else "", f"{place}, {field}")
