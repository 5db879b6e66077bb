"""The drawn shapes of a history: which are in force at its end, and which of them a mask consists of.

Source: dt_masks_point_group_t in darktable's src/develop/masks.h, and read_masks_v3 in src/common/exif.cc.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from chemigram_core.xmp import Encoded, Form, History

_GROUP = 4
_MASK_NUM = "darktable:mask_num"
_ENCODED = frozenset(("darktable:mask_points", "darktable:mask_src"))

Shapes: TypeAlias = Mapping[int, Form]


def shapes_of(history: History) -> Shapes:
    """The shapes in force by their ids: all rows of the last step that has any and counts."""
    rows = history.forms
    if any(form.num is not None for form in rows):
        last = max((entry.num or 0 for entry in history.effective), default=-1)
        step = max((form.num for form in rows if form.num is not None and form.num <= last), default=None)
        rows = tuple(form for form in rows if form.num == step)
    return {int(form.id): form for form in rows if form.id.lstrip("-").isdecimal()}


def parts(shapes: Shapes, mask_id: int | None) -> dict[int, Form]:
    """A mask's own shape and, of a group, all below it."""
    found: dict[int, Form] = {}
    waiting = [] if mask_id is None else [mask_id]
    while waiting:
        number = waiting.pop()
        if number in shapes and number not in found:
            found[number] = shapes[number]
            waiting.extend(_members(shapes[number]))
    return found


def same_shape(left: Form, right: Form) -> bool:
    """Whether two rows draw the same; from which step they are valid says nothing about that."""
    return _meaning(left) == _meaning(right)


def shape_changes(left: Mapping[int, Form], right: Mapping[int, Form]) -> list[str]:
    """What became of each shape, in words, in the order of their ids; groups count only where nothing else does."""
    changes = [
        (form, word)
        for number in sorted(left.keys() | right.keys())
        for form, word in [_change(left.get(number), right.get(number))]
        if word
    ]
    plain = [f"{form.name or 'a shape'} {word}" for form, word in changes if not _is_group(form)]
    return plain or [f"{form.name or 'a group'} {word}" for form, word in changes]


def _change(left: Form | None, right: Form | None) -> tuple[Form, str]:
    if left is None or right is None:
        form = left or right
        assert form is not None  # an id comes from one of the two  # noqa: S101
        return form, "removed" if right is None else "added"
    return right, "" if same_shape(left, right) else "changed"


def _meaning(form: Form) -> dict[str, object]:
    return {
        name: Encoded(value).data or value if name in _ENCODED and isinstance(value, str) else value
        for name, value in form.fields.items()
        if name != _MASK_NUM
    }


def _is_group(form: Form) -> bool:
    return bool((form.type or 0) & _GROUP)


def _members(form: Form) -> Iterator[int]:
    """The ids of a group's members: the first field of each of its structures, which versions made longer."""
    data, count = form.points.data, form.fields.get("darktable:mask_nb")
    if not _is_group(form) or not data or not isinstance(count, str) or not count.isdecimal():
        return
    stride = len(data) // max(1, int(count))
    if stride >= 4:
        yield from (struct.unpack_from("<i", data, place)[0] for place in range(0, len(data) - 3, stride))
