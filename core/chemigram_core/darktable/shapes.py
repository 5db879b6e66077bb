"""The drawn shapes of a history: those in force at its end, and those of a mask.

Source: dt_masks_point_group_t in darktable's src/develop/masks.h, and read_masks_v3 in src/common/exif.cc.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from chemigram_core.darktable import Encoded, Form, History
from chemigram_core.darktable.properties import ENCODED, MASK_NB, MASK_NUM

_GROUP = 4
_NUMBER = re.compile(r"-?[0-9]{1,10}", re.ASCII)

Shapes: TypeAlias = Mapping[int, Form]


def shapes_of(history: History) -> Shapes:
    """The shapes in force by their ids: all rows of the last step that has any, be it undone."""
    rows = history.forms
    if any(form.num is not None for form in rows):
        nums = {entry.num or 0 for entry in history.entries}
        step = max((form.num for form in rows if form.num in nums), default=None)
        rows = tuple(form for form in rows if form.num == step)
    return {int(form.id): form for form in rows if _NUMBER.fullmatch(form.id)}


def parts(shapes: Shapes, *ids: int) -> dict[int, Form]:
    """The shapes with these ids and, of a group, all below it."""
    found: dict[int, Form] = {}
    waiting = list(ids)
    while waiting:
        number = waiting.pop()
        if number in shapes and number not in found:
            found[number] = shapes[number]
            waiting.extend(_members(shapes[number]))
    return found


def is_group(form: Form) -> bool:
    """Whether it consists of other shapes, and draws nothing itself."""
    return bool((form.type or 0) & _GROUP)


def same_shape(left: Form, right: Form) -> bool:
    """Whether two rows draw the same, whatever the step from which they are valid."""
    return _meaning(left) == _meaning(right)


def shape_changes(left: Mapping[int, Form], right: Mapping[int, Form]) -> list[str]:
    """The changes of the shapes, in words, by id; groups count only if nothing else changed."""
    words = dict.fromkeys(left.keys() - right.keys(), "removed") | dict.fromkeys(right.keys() - left.keys(), "added")
    common = left.keys() & right.keys()
    words |= {number: "changed" for number in common if not same_shape(left[number], right[number])}
    changes = [({**left, **right}[number], words[number]) for number in sorted(words)]
    plain = [f"{form.name or 'a shape'} {word}" for form, word in changes if not is_group(form)]
    return plain or [f"{form.name or 'a group'} {word}" for form, word in changes]


def _meaning(form: Form) -> dict[str, object]:
    return {
        name: Encoded(value).data or value if name in ENCODED and isinstance(value, str) else value
        for name, value in form.fields.items()
        if name != MASK_NUM
    }


def _members(form: Form) -> Iterator[int]:
    """The ids of a group's members: the first field of each of its structures, which versions made longer."""
    data, count = form.points.data, form.fields.get(MASK_NB)
    if not is_group(form) or not data or not isinstance(count, str) or not _NUMBER.fullmatch(count):
        return
    stride = len(data) // max(1, int(count))
    if stride >= 4:
        yield from (struct.unpack_from("<i", data, place)[0] for place in range(0, len(data) - 3, stride))
