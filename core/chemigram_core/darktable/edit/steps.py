"""A history of any version of darktable in the format of xmp_version 5. Knows no order.

Source: what darktable 4.2.1 and 5.4.1 write after they have read each version.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from chemigram_core.darktable import properties as names
from chemigram_core.darktable.entries import Entry, Form
from chemigram_core.darktable.history import FORM_LISTS, History, history_of
from chemigram_core.xmp.model import Array, Properties, Struct, Value

_CARRIER = Entry(  # the entry that darktable adds before the steps if shapes have no step of their own
    {
        names.OPERATION: names.MASK_MANAGER,
        names.ENABLED: "0",
        names.MODVERSION: "1",
        names.PARAMS: "",
        names.MULTI_NAME: "",
        names.MULTI_PRIORITY: "0",
    }
)


def history_read(properties: Properties) -> tuple[History, frozenset[str]]:
    """The history, and the names of the properties that contain it."""
    history = history_of(properties)
    if history.forms and not history.sources.isdisjoint(FORM_LISTS):
        forms = tuple([Form({**form.fields, names.MASK_NUM: "0"}) for form in history.forms])
        end = None if history.end is None else history.end + 1
        return replace(history, entries=(_CARRIER, *history.entries), forms=forms, end=end), history.sources
    return history, history.sources


def history_written(history: History, *, ordered: bool) -> dict[str, Value]:
    """The history as properties. Undone steps are kept, and where they begin is part of the edit.

    `ordered`: the order of the pipe is stored elsewhere, not in the entries.
    """
    nums = [entry.num or 0 for entry in history.entries] if history.forms else []
    forms = sorted([_form(form, nums) for form in history.forms], key=_place)
    steps: dict[str, Value] = {
        names.HISTORY: Array(
            "Seq", tuple([_step(num, entry, ordered=ordered) for num, entry in enumerate(history.entries)])
        ),
        names.MASKS_HISTORY: Array("Seq", tuple(forms)),
    }
    undone = len(history.effective) < len(history.entries)
    return {**steps, names.HISTORY_END: str(len(history.effective))} if undone else steps


def _step(num: int, entry: Entry, *, ordered: bool) -> Struct:
    fields = {
        names.MULTI_PRIORITY: "0",
        names.MULTI_NAME: "",
        **entry.fields,
        names.NUM: str(num),
        names.ENABLED: "1" if entry.enabled else "0",
    }
    if ordered:
        fields.pop(names.IOP_ORDER, None)
    return Struct(fields)


def _form(form: Form, nums: Sequence[int]) -> Struct:
    if form.num is None:
        return Struct(form.fields)
    return Struct({**form.fields, names.MASK_NUM: str(bisect_left(nums, form.num))})


def _place(row: Struct) -> tuple[int, str]:
    """The shapes of one step are in no order; darktable writes them in that of its database."""
    form = Form(row.fields)
    return -1 if form.num is None else form.num, form.id
