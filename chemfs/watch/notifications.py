"""What the kernel reports of a tree of folders (inotify), as values. Knows no images and no sidecars.

A folder has one watch of its own. When the kernel has lost events, or a watch without the folder being removed, the
answer is Lost: what has changed can only be found by looking at everything.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from inotify_simple import Event, INotify, flags

Parts = tuple[str, ...]
"""The names on the way from the root to a folder."""

_IN_FOLDER = flags.CREATE | flags.MODIFY | flags.CLOSE_WRITE | flags.MOVED_FROM | flags.MOVED_TO
_MASK = _IN_FOLDER | flags.DELETE_SELF | flags.MOVE_SELF | flags.ONLYDIR | flags.EXCL_UNLINK
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_LIMITS = Path("/proc/sys/fs/inotify")


@dataclass(frozen=True, slots=True)
class Written:
    """A file was created or written, and may be written further."""

    folder: Parts
    name: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A file was closed after it was written, or renamed to its name."""

    folder: Parts
    name: str


@dataclass(frozen=True, slots=True)
class NewFolder:
    """A folder was created, or renamed to its name; nothing in it is watched yet."""

    folder: Parts


@dataclass(frozen=True, slots=True)
class Lost:
    """Events were lost, or the root was renamed, removed or unmounted."""


Change = Written | Closed | NewFolder | Lost


class LimitReached(OSError):
    """The kernel gives this user no more of something; `limit` is its name below fs.inotify."""

    def __init__(self, limit: str) -> None:
        value = int((_LIMITS / limit).read_text())
        raise_it = f"raise it with `sudo sysctl fs.inotify.{limit}={2 * value}`"
        super().__init__(errno.ENOSPC, f"the limit fs.inotify.{limit} of {value} is reached; {raise_it}")


class Notifications:
    """The watches of the folders below `root`."""

    def __init__(self, root: Path) -> None:
        """Raises LimitReached if this user has too many instances of inotify, OSError."""
        self._root = root
        self._folders: dict[int, Parts] = {}
        try:
            self._inotify = INotify()
        except OSError as error:
            if error.errno == errno.EMFILE:
                raise LimitReached("max_user_instances") from None
            raise

    def fileno(self) -> int:
        """The descriptor that can be read when there are changes."""
        return int(self._inotify.fileno())

    def close(self) -> None:
        """End all watches."""
        self._inotify.close()

    def add(self, folder: Parts) -> None:
        """Watch a folder; one that is gone or may not be read is skipped. Raises LimitReached, OSError."""
        follow = 0 if not folder else flags.DONT_FOLLOW
        try:
            watch = self._inotify.add_watch(self._root.joinpath(*folder), _MASK | follow)
        except PermissionError:
            return
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise LimitReached("max_user_watches") from None
            if error.errno not in _GONE:
                raise
            return
        self._folders[watch] = folder

    def changes(self) -> Iterator[Change]:
        """What has happened since the last call; doesn't wait."""
        for event in self._inotify.read(timeout=0):
            yield from self._change(event)

    def _change(self, event: Event) -> Iterator[Change]:
        if event.mask & flags.Q_OVERFLOW:
            yield Lost()
        elif (folder := self._folders.get(event.wd)) is None:
            return
        elif not event.name:
            yield from self._change_of_folder(event, folder)
        elif event.mask & flags.ISDIR:
            yield from self._change_of_subfolder(event, (*folder, event.name))
        elif event.mask & (flags.CLOSE_WRITE | flags.MOVED_TO):
            yield Closed(folder, event.name)
        elif event.mask & (flags.MODIFY | flags.CREATE):
            yield Written(folder, event.name)

    def _change_of_folder(self, event: Event, folder: Parts) -> Iterator[Change]:
        """What happened to a watched folder itself. A renamed one is reported by the folder above it, but the root."""
        if event.mask & (flags.IGNORED | flags.UNMOUNT):
            del self._folders[event.wd]
        if event.mask & flags.UNMOUNT or not folder:
            yield Lost()

    def _change_of_subfolder(self, event: Event, folder: Parts) -> Iterator[Change]:
        if event.mask & flags.MOVED_FROM:
            self._forget(folder)
        elif event.mask & (flags.CREATE | flags.MOVED_TO):
            yield NewFolder(folder)

    def _forget(self, folder: Parts) -> None:
        """End the watches of a folder that has another name now, or is elsewhere, and of those in it."""
        for watch, known in list(self._folders.items()):
            if known[: len(folder)] == folder:
                del self._folders[watch]
                with suppress(OSError):  # it is gone already
                    self._inotify.rm_watch(watch)
