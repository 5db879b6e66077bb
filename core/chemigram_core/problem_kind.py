"""The base of kinds of problems that need attention, each with what to do. Knows no kind."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Self

EDITED_IN_BOTH = (
    "edited-in-both",
    "both edits are kept, see `chemfs log`; restore the one that you want, or continue with this one",
)  # of a shoot and of an image


class ProblemKind(Enum):
    """A kind of problem: the value is its word for programs."""

    advice: str

    def __new__(cls, word: str, advice: str) -> Self:
        kind = object.__new__(cls)
        kind._value_ = word
        kind.advice = advice
        return kind

    def described(self, says: str, details: Mapping[str, str]) -> dict[str, str]:
        """A problem of this kind for programs: its description, and further values."""
        return {"kind": self.value, "says": says, "advice": self.advice, **details}
