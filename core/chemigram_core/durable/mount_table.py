"""The system's mount table: mountpoints and filesystem types. Accesses no mount, so none can block it."""

from __future__ import annotations

import os
import re
import select
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

_TABLE = Path("/proc/self/mountinfo")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_UNLISTED = "fuse"

FILESYSTEM_TYPE = "fuse.chemfs"  # of the mounts that show repositories


class Mount(NamedTuple):
    """A line of the table: the number of the mount, its place without links, and its type (ext4, fuse.sshfs)."""

    number: int
    place: str
    type: str


def type_of(descriptor: int) -> str:
    """The type of an open file's filesystem; fuse if it is not listed.

    By the number of the mount: some filesystems (btrfs) give each subvolume a device that the table doesn't list.
    """
    about = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    number = int(re.findall(r"^mnt_id:\s+(\d+)$", about, re.MULTILINE)[0])
    return next((mount.type for mount in _mounts(_TABLE.read_bytes()) if mount.number == number), _UNLISTED)


def types() -> dict[str, str]:
    """The type of the topmost filesystem at each place where one is mounted."""
    return _types(_TABLE.read_bytes())


class RepositoryMounts:
    """The places where chemfs shows repositories. A poll of an open mountinfo reports each change once (proc(5))."""

    def __init__(self) -> None:
        # Held from the poll to the end of the read: a thread that polls in between would miss the change.
        self._lock = Lock()
        self._table = _TABLE.open("rb", buffering=0)  # what was read before must not be read again
        self._changes = select.poll()
        self._changes.register(self._table, select.POLLPRI)
        self._places: frozenset[str] | None = None

    def places(self) -> frozenset[str]:
        """The places. Cheap: the table is only read again when it has changed."""
        with self._lock:
            if self._changes.poll(0) or self._places is None:
                self._places = None  # if the table can't be read now, the next call tries again
                self._table.seek(0)
                found = _types(self._table.read())
                self._places = frozenset(place for place, kind in found.items() if kind == FILESYSTEM_TYPE)
            return self._places


@cache
def repository_mounts() -> RepositoryMounts:
    """The ones of this process, watched from the first call on."""
    return RepositoryMounts()


os.register_at_fork(after_in_child=repository_mounts.cache_clear)  # a shared open file would report to one of the two


def _mounts(table: bytes) -> Iterator[Mount]:
    """All mounts; where there are several at one place, the last one is on top."""
    for line in table.splitlines():
        fields = line.split(b" ")
        place, kind = _unescaped(fields[4]), fields[fields.index(b"-") + 1]
        yield Mount(int(fields[0]), os.fsdecode(place), os.fsdecode(kind))


def _types(table: bytes) -> dict[str, str]:
    return {mount.place: mount.type for mount in _mounts(table)}


def _unescaped(field: bytes) -> bytes:
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
