"""The syntax of numbers in XMP: ASCII only, finite only. Knows no property.

Python's own int() and float() accept more than a file format may mean: other scripts' digits, `1_0`, `nan`.
"""

from __future__ import annotations

import math
import re

from chemigram_core.errors import InvalidXmp, shown

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
# 309 digits are those of the largest double, which is written without an exponent
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,309}(?:\.[0-9]{0,64})?|\.[0-9]{1,64})(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)


def is_whole(text: str) -> bool:
    """Whether `text` is a number of the digits 0 to 9, nine of them at most."""
    return _WHOLE.fullmatch(text) is not None


def whole(text: str, place: str) -> int:
    """`text` as a whole number. Raises InvalidXmp that names `place`."""
    if not is_whole(text):
        raise InvalidXmp(f"{shown(text)} is not a whole number", place)
    return int(text)


def six_places(text: str, place: str) -> str:
    """A decimal number rounded to six places, in fixed notation (rule 7). Raises InvalidXmp that names `place`."""
    number = float(text) if _DECIMAL.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise InvalidXmp(f"{shown(text)} is not a finite number", place)
    rounded = f"{number:.6f}"
    return rounded.removeprefix("-") if float(rounded) == 0 else rounded
