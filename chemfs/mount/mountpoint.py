"""A mountpoint: whether a folder can be one, and what is mounted there. Knows no repository."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from chemfs.mount import fusermount
from chemfs.mount.errors import MountpointUnusable
from chemigram_core.durable import mount_table
from chemigram_core.durable.mount_table import FILESYSTEM_TYPE

_DEAD = (errno.ENOTCONN, errno.ECONNABORTED)


def located(folder: Path) -> Path:
    """`folder` as the mount table spells it: absolute, without links. Works on dead mounts and circular links too."""
    return Path(os.path.realpath(folder))


def prepare(place: Path, root: Path) -> None:
    """Prepare `place` for a mount of `root`; unmounts a dead mount of ours. Raises MountpointUnusable."""
    if mounted_type(place) == FILESYSTEM_TYPE and is_dead(place):
        fusermount.unmount(place, lazily=True)
    if reason := _unusable(place, root):
        raise MountpointUnusable(place, reason)


def mounted_type(place: Path) -> str | None:
    """The type of the topmost filesystem mounted exactly at `place`, or None. Accesses no mount."""
    return mount_table.types().get(str(place))


def mounts_below(folder: Path) -> frozenset[Path]:
    """Every place in a folder, or the folder, where a filesystem is mounted. Accesses no mount."""
    return frozenset(place for place in map(Path, mount_table.types()) if place.is_relative_to(folder))


def is_dead(place: Path) -> bool:
    """Whether the daemon behind the mount at `place` is gone ("Transport endpoint is not connected")."""
    try:
        os.statvfs(place)  # always reaches the daemon; the kernel may answer a stat from its cache
    except OSError as error:
        return error.errno in _DEAD
    return False


def _unusable(place: Path, root: Path) -> str | None:
    if (mounted := mounted_type(place)) is not None:
        return f"a filesystem ({mounted}) is mounted there already"
    if not place.exists():
        return "no such folder; create it first (mkdir)"
    if not place.is_dir():
        return "not a folder"
    if _is_no_utf8(place):
        return "the path is not UTF-8; choose another folder"
    if place.is_relative_to(located(root)):
        return "the folder is inside what is to be mounted; choose a folder elsewhere"
    if any(place.iterdir()):
        return "the folder is not empty; choose an empty one"
    return None


def _is_no_utf8(place: Path) -> bool:
    """Whether the path is not UTF-8: messages could not show it."""
    return any(0xD800 <= ord(character) <= 0xDFFF for character in str(place))
