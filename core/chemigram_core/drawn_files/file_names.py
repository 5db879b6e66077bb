"""The names of the pictures of drawn masks and shapes. Pure: the same edit gives the same names everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from chemigram_core.darktable import Entry
from chemigram_core.darktable.entries import Instance
from chemigram_core.names import folded
from chemigram_core.printable import INVISIBLE

SHAPE_FOLDER = "shapes"
_SUFFIX = ".png"
_MOST_BYTES = 100  # of UTF-8
_UNNAMED = ("", "0")
_UNSAFE = re.compile(f"[/{INVISIBLE}]")


def mask_names(entries: Sequence[Entry]) -> Mapping[Instance, str]:
    """The name of each instance's picture. Of equal ones, the instance with the lowest priority has it unchanged."""
    found: dict[Instance, str] = {}
    taken: set[str] = set()
    for entry in sorted(entries, key=lambda each: (each.multi_priority, each.operation)):
        name = _free_name(entry, taken)
        taken.add(folded(name))
        found[entry.instance] = name
    return found


def shape_name(name: str, number: int) -> str:
    """The name of a shape's picture; its id makes it the only one."""
    return _file_name(name or "shape", f" ({number})")


def _free_name(entry: Entry, taken: set[str]) -> str:
    stem = entry.operation if entry.multi_name in _UNNAMED else f"{entry.operation}-{entry.multi_name}"
    end, name = "", _file_name(stem)
    while folded(name) in taken:
        end += f"-{entry.multi_priority}"
        name = _file_name(stem, end)
    return name


def _file_name(stem: str, end: str = "") -> str:
    """A name with that end before its suffix; the stem is cut between two characters where it is too long."""
    safe = _UNSAFE.sub("_", stem)
    safe = f"_{safe[1:]}" if safe[:1] in {"", "."} else safe
    end += _SUFFIX
    return safe.encode()[: _MOST_BYTES - len(end)].decode("utf-8", "ignore") + end
