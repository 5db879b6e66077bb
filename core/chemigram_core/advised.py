"""Kinds of what needs a person's attention, each with what to do. Knows none of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Self


class Advised(Enum):
    """A kind: the value is its word for programs."""

    advice: str

    def __new__(cls, word: str, advice: str) -> Self:
        kind = object.__new__(cls)
        kind._value_ = word
        kind.advice = advice
        return kind

    def described(self, says: str, details: Mapping[str, str]) -> dict[str, str]:
        """One of this kind for programs: what is wrong in words, and what else they may want to know."""
        return {"kind": self.value, "says": says, "advice": self.advice, **details}
