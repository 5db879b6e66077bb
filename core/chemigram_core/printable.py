"""Makes foreign text printable: escapes what would control a terminal, or change the order in which text is read."""

from __future__ import annotations

import re

# For a regular expression: controls, bidi controls, separators, characters without a width, surrogates, noncharacters.
# Written out, since Python's Unicode table changes; U+200C, U+200D and variation selectors belong to scripts and emoji.
INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029"
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f"
    + "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
)

# For the same: spaces, and what changes only the characters beside it.
WITHOUT_INK = (
    " \u00a0\u1680\u180b-\u180d\u180f\u2000-\u200a\u200c\u200d\u202f\u205f\u2800\u3000\ufe00-\ufe0f"
    "\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)

_HOSTILE = re.compile(f"[{INVISIBLE}]")
_HOSTILE_BUT_FOR_LINES = re.compile(f"(?!\n)[{INVISIBLE}]")


def printable(text: str) -> str:
    """For one line: each such character as its Python escape."""
    return _HOSTILE.sub(_escape, text)


def printable_lines(text: str) -> str:
    """The same for text of several lines."""
    return _HOSTILE_BUT_FOR_LINES.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
