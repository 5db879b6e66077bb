"""Replaces another program's file atomically and durably, unless that program has written it meanwhile.

renameat2(2) exchanges the two files in one step, so the old file can be checked afterwards, and put back. On
filesystems and kernels without it, there is a moment between the check and the rename.
"""

from __future__ import annotations

import ctypes
import os
import stat
from contextlib import suppress
from pathlib import Path

from chemigram_core.durable.beneath import open_regular
from chemigram_core.durable.creation import permitted
from chemigram_core.durable.replacement import temporary_name
from chemigram_core.errors import NotAFile

_NOREPLACE, _EXCHANGE = 1, 2  # RENAME_NOREPLACE, RENAME_EXCHANGE of linux/fs.h
_HERE = -100  # AT_FDCWD, linux/fcntl.h
_libc = ctypes.CDLL(None, use_errno=True)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def exchange(path: Path, before: bytes | None, after: bytes) -> bool:
    """Write `after` in place of `before` (None: no file), with the permissions of the old file.

    Returns whether it was done: False if the file has other content by now. A link is followed. Raises OSError.
    """
    path = path.resolve()
    temporary = path.with_name(temporary_name())
    try:
        _write(temporary, after, _status(path))
        if not _holds(path, before) or not _put(temporary, path, before):
            return False
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    _sync_folder(path.parent)
    return True


def swap(left: Path, right: Path) -> None:
    """Exchange the names of two files or folders; in two steps where one is not possible. Raises OSError."""
    try:
        _rename(left, right, _EXCHANGE)
    except (OSError, AttributeError):  # the filesystem, the kernel or the C library can't
        aside = left.with_name(temporary_name())
        right.rename(aside)
        left.rename(right)
        aside.rename(left)


def _put(new: Path, path: Path, before: bytes | None) -> bool:
    """Give `new` the name `path`, unless that has something else than `before` by now."""
    try:
        _rename(new, path, _NOREPLACE if before is None else _EXCHANGE)
    except (FileExistsError, FileNotFoundError):
        return False  # made or removed just now
    except (OSError, AttributeError):  # the filesystem, the kernel or the C library can't
        new.replace(path)
        return True
    if before is None or _holds(new, before):
        return True
    _rename(new, path, _EXCHANGE)
    return False


def _rename(old: Path, new: Path, flags: int) -> None:
    """renameat2(2)."""
    if _libc.renameat2(_HERE, os.fsencode(old), _HERE, os.fsencode(new), flags):
        raise OSError(number := ctypes.get_errno(), os.strerror(number), str(new))


def _status(path: Path) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return path.stat()
    return None


def _holds(path: Path, before: bytes | None) -> bool:
    """Whether it is a file with these bytes; None: whether nothing is there. A fifo there is not waited for."""
    try:
        descriptor = open_regular(path)
    except FileNotFoundError:
        return before is None
    except NotAFile:
        return False
    with os.fdopen(descriptor, "rb") as file:
        return before is not None and file.read(len(before) + 1) == before


def _write(path: Path, data: bytes, like: os.stat_result | None) -> None:
    with os.fdopen(os.open(path, _CREATE, permitted(0o644)), "wb") as file:
        file.write(data)
        if like is not None:
            with suppress(PermissionError):  # only root may give files away, and some filesystems know no permissions
                os.fchown(file.fileno(), like.st_uid, like.st_gid)
            with suppress(PermissionError):
                os.fchmod(file.fileno(), stat.S_IMODE(like.st_mode))
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
