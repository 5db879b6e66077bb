"""Foreign text made printable: what would steer a terminal, or change the order in which text is read, is escaped."""

from __future__ import annotations

import re

# For a regular expression: controls, bidi controls, separators, characters without a width, surrogates, noncharacters.
# Written out, since Python's Unicode table changes; U+200C, U+200D and variation selectors belong to scripts and emoji.
INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029"
    "\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
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
