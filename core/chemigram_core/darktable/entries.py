"""One step of an edit history, and one shape that was drawn in it. Knows no list of them and no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from chemigram_core.darktable import properties as names
from chemigram_core.darktable.encoding import decoded
from chemigram_core.xmp.model import Properties
from chemigram_core.xmp.numbers import is_whole

Instance: TypeAlias = tuple[str, int]
"""A module instance: its operation and multi_priority."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A binary value: its text, and the decoded bytes (None if it can't be decoded)."""

    text: str

    @property
    def data(self) -> bytes | None:
        """The decoded bytes; None where darktable could not read them."""
        return decoded(self.text)


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the history. `fields` has all of it under the names of xmp_version 5, foreign ones too."""

    fields: Properties

    @property
    def operation(self) -> str:
        """darktable's name of the module, such as `exposure`; empty if the field is absent."""
        return _text(self.fields, names.OPERATION)

    @property
    def multi_priority(self) -> int:
        """The number of the instance among those of its module, from 0."""
        return number_of(self.fields, names.MULTI_PRIORITY) or 0

    @property
    def instance(self) -> Instance:
        """Which module instance this entry sets."""
        return self.operation, self.multi_priority

    @property
    def multi_name(self) -> str:
        """The label of the instance, given by the user, a preset or darktable."""
        return _text(self.fields, names.MULTI_NAME)

    @property
    def name_by_hand(self) -> str:
        """`multi_name` if the user gave it: not the name of a preset, nor the number that an instance starts with.

        Since 4.4 darktable records whether the user gave it (`multi_name_hand_edited`); 4.2 turns all other names into
        0.
        """
        automatic = ("", "0", _text(self.fields, names.MULTI_PRIORITY))
        flag = _text(self.fields, names.MULTI_NAME_HAND_EDITED)
        return "" if flag == "0" or (flag != "1" and self.multi_name in automatic) else self.multi_name

    @property
    def enabled(self) -> bool:
        """xmp_version 1 has other words than 0 and 1; anything but 0 is on."""
        return _text(self.fields, names.ENABLED) != "0"

    @property
    def modversion(self) -> int | None:
        """The version of the module's parameters; None if the field is absent or not a number."""
        return number_of(self.fields, names.MODVERSION)

    @property
    def params(self) -> Encoded:
        """The module's parameters, a C structure of its `modversion`."""
        return Encoded(_text(self.fields, names.PARAMS))

    @property
    def blendop_version(self) -> int | None:
        """The version of the blend parameters; None if the field is absent or not a number."""
        return number_of(self.fields, names.BLENDOP_VERSION)

    @property
    def blendop_params(self) -> Encoded | None:
        """None in entries of old versions, and of modules without blending."""
        text = _text(self.fields, names.BLENDOP_PARAMS)
        return Encoded(text) if text else None

    @property
    def iop_order(self) -> float | None:
        """The place in the pixel pipe, in xmp_version 3 only."""
        return float(text) if (text := _text(self.fields, names.IOP_ORDER)) else None

    @property
    def num(self) -> int | None:
        """The place of the step in the history, from 0; None in xmp_version 1 and 2."""
        return number_of(self.fields, names.NUM)


@dataclass(frozen=True, slots=True)
class Form:
    """One drawn shape, or group of shapes, as it was at one step of the history."""

    fields: Properties

    @property
    def num(self) -> int | None:
        """The `num` of the entry from which this form is valid; None in xmp_version 1 and 2."""
        return number_of(self.fields, names.MASK_NUM)

    @property
    def id(self) -> str:
        """The number by which groups and modules name the shape, as it is written."""
        return _text(self.fields, names.MASK_ID)

    @property
    def type(self) -> int | None:
        """Bits: 1 circle, 2 path, 4 group, 8 clone, 16 gradient, 32 ellipse, 64 brush, 128 not a clone."""
        return number_of(self.fields, names.MASK_TYPE)

    @property
    def name(self) -> str:
        """The name that darktable or the user gave the shape."""
        return _text(self.fields, names.MASK_NAME)

    @property
    def points(self) -> Encoded:
        """The shape's points, C structures of its type and version."""
        return Encoded(_text(self.fields, names.MASK_POINTS))


def number_of(fields: Properties, name: str) -> int | None:
    """A field that should be a whole number; None where it is absent or anything else."""
    return int(text) if is_whole(text := _text(fields, name)) else None


def _text(fields: Properties, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""
