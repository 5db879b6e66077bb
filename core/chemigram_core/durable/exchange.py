"""A file of another program, replaced whole and durably, unless that program has written it meanwhile."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from chemigram_core.durable.creation import permitted
from chemigram_core.durable.folder import temporary_name

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def exchange(path: Path, before: bytes | None, after: bytes) -> bool:
    """Write `after` in place of `before` (None: no file), with the permissions of the old file.

    Whether it was done: not if the file holds something else by now. A link is followed. Raises OSError.
    """
    path = path.resolve()
    temporary = path.with_name(temporary_name())
    try:
        _write(temporary, after, _status(path))
        if _bytes(path) != before:
            return False
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    _sync_folder(path.parent)
    return True


def _status(path: Path) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return path.stat()
    return None


def _bytes(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None


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
