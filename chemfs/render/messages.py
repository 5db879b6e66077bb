"""The messages of darktable-cli about a picture, as values. Observed with darktable 4.2.1.

Messages about the history of a picture come before the line that reports its export, and name no file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple, TypeAlias

_EXPORTED = re.compile(r"exported to [`'](.+)'")
_NOT_EXPORTED = re.compile(r"could not export to file: [`'](.+)'")
_NOT_OPENED = re.compile(r"error: can't open file (.+)")
_UNREAD_STEP = re.compile(r"\[dev_read_history\] (.+?)\.?$")
_UNREAD_XMP = re.compile(r"error: (Xmp schema version \d+) in (.+) not supported")


class Exported(NamedTuple):
    """A picture is finished; `stem` is the name of its file without the extension."""

    stem: str


class NotExported(NamedTuple):
    """A picture can't be made."""

    stem: str


class UnreadStep(NamedTuple):
    """The next picture lacks a step of its history: the module is missing, or is of another version."""

    says: str


class UnreadXmp(NamedTuple):
    """The picture of an image has none of its history."""

    stem: str
    says: str


Message: TypeAlias = Exported | NotExported | UnreadStep | UnreadXmp


def parse(line: str) -> Message | None:
    """The message in a line, or None."""
    if match := _NOT_EXPORTED.search(line):
        return NotExported(Path(match[1]).stem)
    if match := _EXPORTED.search(line):
        return Exported(Path(match[1]).stem)
    if match := _NOT_OPENED.search(line):
        return NotExported(_stem(match[1]))
    if match := _UNREAD_STEP.search(line):
        return UnreadStep(match[1])
    if match := _UNREAD_XMP.search(line):
        return UnreadXmp(_stem(match[2]), f"{match[1]} is not supported")
    return None


def _stem(path: str) -> str:
    """The name of an image or its sidecar up to the first dot."""
    return Path(path).name.partition(".")[0]
