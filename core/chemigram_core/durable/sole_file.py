"""A file to append to, without a second hard link: a copy made by `cp -al` would grow with it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable

from chemigram_core.durable.replacement import discard
from chemigram_core.errors import NotAFile


def sole_file(
    folder: int, name: str, flags: int, mode: int, temporary: Callable[[], str]
) -> tuple[int, os.stat_result]:
    """A descriptor on a regular file in an open folder, created if it is missing, and its attributes.

    One with a second name is replaced by a copy under a name from `temporary`. Raises NotAFile, OSError.
    """
    descriptor = os.open(name, flags | os.O_CREAT, mode, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile(name)
        if status.st_nlink <= 1:
            return descriptor, status
        _replace_by_copy(folder, name, descriptor, temporary())
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return sole_file(folder, name, flags, mode, temporary)


def _replace_by_copy(folder: int, name: str, descriptor: int, copy: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with (
            os.fdopen(os.dup(descriptor), "rb") as before,
            os.fdopen(os.open(copy, flags, 0o600, dir_fd=folder), "wb") as after,
        ):
            before.seek(0)
            shutil.copyfileobj(before, after, 1 << 20)
            os.fchmod(after.fileno(), stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o777)
            after.flush()
            os.fsync(after.fileno())
        os.replace(copy, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        discard(folder, copy)
        raise
    os.fsync(folder)
