"""The folder that a mount covers: can it be used, and what has the system mounted there. Knows no repository."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from chemfs.mount import fusermount
from chemfs.mount.errors import FILESYSTEM_TYPE, MountpointUnusable

_DEAD = (errno.ENOTCONN, errno.ECONNABORTED)
_OCTAL = re.compile(rb"\\([0-7]{3})")


def located(folder: Path) -> Path:
    """`folder` as the mount table spells it: absolute, no links. Works on a dead mount and on links in a circle too."""
    return Path(os.path.realpath(folder))


def prepare(place: Path, root: Path) -> None:
    """Make `place` ready for a mount of `root`: a dead mount of ours is cleaned away. Raises MountpointUnusable."""
    if mounted_type(place) == FILESYSTEM_TYPE and is_dead(place):
        fusermount.unmount(place, lazily=True)
    if reason := _unusable(place, root):
        raise MountpointUnusable(place, reason)


def mounted_type(place: Path) -> str | None:
    """The type of the topmost filesystem mounted exactly at `place`; None without one. Touches no mount."""
    entries = (line.split(b" ") for line in Path("/proc/self/mountinfo").read_bytes().splitlines())
    types = {_unescaped(entry[4]): entry[entry.index(b"-") + 1] for entry in entries}  # the last line is the topmost
    found = types.get(os.fsencode(place))
    return None if found is None else os.fsdecode(found)


def is_dead(place: Path) -> bool:
    """Whether the daemon behind the mount at `place` is gone ("Transport endpoint is not connected")."""
    try:
        os.statvfs(place)  # asks the daemon, where a stat may be answered from the kernel's memory
    except OSError as error:
        return error.errno in _DEAD
    return False


def _unusable(place: Path, root: Path) -> str | None:
    if (mounted := mounted_type(place)) is not None:
        return f"a filesystem ({mounted}) is mounted there already"
    if not place.exists():
        return "there is no such folder; make it first (mkdir)"
    if not place.is_dir():
        return "it is not a folder"
    if _is_no_utf8(place):
        return "its path is not UTF-8; choose another folder"
    if place.is_relative_to(located(root)):
        return "it is inside what is to be mounted; choose a folder elsewhere"
    if any(place.iterdir()):
        return "the folder is not empty; choose an empty one"
    return None


def _is_no_utf8(place: Path) -> bool:
    """Whether messages could not name it."""
    return any(0xD800 <= ord(character) <= 0xDFFF for character in str(place))


def _unescaped(field: bytes) -> bytes:
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
