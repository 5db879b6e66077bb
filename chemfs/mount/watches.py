"""Watches folders on disk with inotify, and reports the names in them that changed. Knows no inode.

Only on local filesystems: the system reports nothing of what other computers write to a network drive.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from select import POLLIN, poll
from typing import NamedTuple

from inotify_simple import Event, INotify, flags

from chemigram_core.durable.mount_table import type_of

ANY = ""  # in place of a name: any name in the folder, and the folder itself

_IN_FOLDER = flags.MODIFY | flags.ATTRIB | flags.CLOSE_WRITE | flags.MOVED_FROM | flags.MOVED_TO
_MASK = _IN_FOLDER | flags.CREATE | flags.DELETE | flags.DELETE_SELF | flags.MOVE_SELF | flags.ONLYDIR
_NATIVE = {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "nilfs2", "reiserfs", "tmpfs", "xfs", "zfs"}
_FOREIGN = {"exfat", "fuseblk", "hfsplus", "ntfs3", "vfat"}
_LOCAL = _NATIVE | _FOREIGN | {"overlay", "ramfs"}


class Watched(NamedTuple):
    """A name in a watched folder, or `ANY`. It stands for that folder, whatever path leads to it later."""

    watch: int
    name: str


class Watches:
    """The watches of one mount. Not safe for many threads, but for `wait`."""

    def __init__(self) -> None:
        """Raises OSError: a user may have 128 instances by default."""
        self._inotify = INotify()
        self._known: set[int] = set()
        self._waiting = poll()
        self._waiting.register(self._inotify, POLLIN)

    def add(self, folder: str) -> int | None:
        """The watch of a folder, from now on; None if its changes are not reported.

        The system is asked each time, since another folder may have got the path. A user may have 8,192 watches on old
        kernels, on newer ones it depends on the memory.
        """
        try:
            watch = int(self._inotify.add_watch(folder, _MASK))
        except OSError:
            return None
        if watch not in self._known and not _is_local(folder):
            self._remove(watch)
            return None
        self._known.add(watch)
        return watch

    def wait(self) -> None:
        """Wait for a change."""
        self._waiting.poll()

    def changes(self) -> Iterator[Watched | None]:
        """The changes since the last call; None if they are unknown. Doesn't wait."""
        for event in self._inotify.read(timeout=0):
            yield self._change(event)

    def _change(self, event: Event) -> Watched | None:
        if event.mask & flags.Q_OVERFLOW:
            return None
        if event.mask & (flags.IGNORED | flags.UNMOUNT):
            self._known.discard(event.wd)
        elif event.mask & flags.MOVE_SELF:
            self._remove(event.wd)
        return Watched(event.wd, event.name)

    def _remove(self, watch: int) -> None:
        self._known.discard(watch)
        with suppress(OSError):  # it is gone already
            self._inotify.rm_watch(watch)


def _is_local(folder: str) -> bool:
    try:
        descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        return type_of(descriptor) in _LOCAL
    finally:
        os.close(descriptor)
