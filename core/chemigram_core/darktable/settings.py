"""A module's parameters as named values with units, if their meaning is plain. Never guesses.

A layout is valid for one version of one module, and for parameters of its size; all others have no settings here. A
layout may name only some fields: for the others only the fact that they differ is reported.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

_MOST_DIGITS = 9  # enough to distinguish any two floats of 32 bits
OTHER = "other settings"
UNSET = "unset"


class Setting(Protocol):
    """One field of a module's parameters."""

    @property
    def label(self) -> str:
        """darktable's name for it."""
        ...

    @property
    def offset(self) -> int:
        """Where its 4 bytes are."""
        ...

    def shown(self, raw: bytes, digits: int) -> str:
        """Its value for people."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """A 32-bit float, shown as `factor` times the value plus `shift`, with the unit."""

    offset: int
    label: str
    unit: str = ""
    digits: int = 2
    factor: float = 1.0
    shift: float = 0.0

    def shown(self, raw: bytes, digits: int = 0) -> str:
        """Rounded to at least `digits` places; with a sign where darktable shows one (EV)."""
        value: float = struct.unpack("<f", raw)[0]
        if not math.isfinite(value):
            return UNSET
        sign = "+" if self.unit == "EV" else ""
        number = f"{self.factor * value + self.shift:{sign}.{max(digits, self.digits)}f}"
        return f"{number} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer of 32 bits."""

    offset: int
    label: str
    unit: str = ""

    def shown(self, raw: bytes, digits: int = 0) -> str:
        """As it is."""
        return f"{int.from_bytes(raw, 'little', signed=True)} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Choice:
    """An integer that stands for a word."""

    offset: int
    label: str
    words: Mapping[int, str] = field(default_factory=dict)

    def shown(self, raw: bytes, digits: int = 0) -> str:
        """The word, or the number if darktable has added a choice."""
        value = int.from_bytes(raw, "little", signed=True)
        return self.words.get(value, f"choice {value}")


@dataclass(frozen=True, slots=True)
class Layout:
    """All parameters of one module in one version: their size, and the fields that are known."""

    size_bytes: int
    settings: Sequence[Setting]

    def values(self, params: bytes) -> dict[str, str]:
        """Every known setting by its label."""
        return {setting.label: setting.shown(_raw(setting, params), 0) for setting in self.settings}

    def changes(self, before: bytes, after: bytes) -> dict[str, tuple[str, str]]:
        """The settings that differ, old and new value; OTHER without values if unknown fields differ."""
        found = self.changes_to(self, before, after)
        known = {setting.offset + place for setting in self.settings for place in range(4)}
        if any(before[at] != after[at] for at in range(self.size_bytes) if at not in known):
            found[OTHER] = ("", "")
        return found

    def changes_to(self, other: Layout, before: bytes, after: bytes) -> dict[str, tuple[str, str]]:
        """The settings that differ among those that both layouts know; `after` has the other one."""
        there = {setting.label: setting for setting in other.settings}
        pairs = ((setting, there[setting.label]) for setting in self.settings if setting.label in there)
        values = {old.label: (old, _raw(old, before), new, _raw(new, after)) for old, new in pairs}
        return {label: distinct_values(*both) for label, both in values.items() if both[1] != both[3]}


def distinct_values(old: Setting, before: bytes, new: Setting, after: bytes) -> tuple[str, str]:
    """Both values, with enough digits to show the difference."""
    for digits in range(_MOST_DIGITS):
        pair = old.shown(before, digits), new.shown(after, digits)
        if pair[0] != pair[1]:
            break
    return pair


def _raw(setting: Setting, params: bytes) -> bytes:
    return params[setting.offset : setting.offset + 4]
