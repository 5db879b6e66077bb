"""Temporary folders that are locked while their process lives, so that the next one can clear up after a killed one."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def temporary_folder(parent: Path, prefix: str, mode: int = 0o777) -> Iterator[Path]:
    """A new folder in `parent`, which is removed at the end, if it is still there. Raises OSError."""
    folder, lock = _locked_folder(parent, prefix, mode)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_abandoned(parent: Path, prefix: str, may_go: Callable[[Path], bool] = lambda _: True) -> None:
    """Remove the temporary folders of this user in `parent` whose process has ended, if `may_go` agrees."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError), locked(folder, fcntl.LOCK_NB):
            if os.lstat(folder).st_uid == os.geteuid() and may_go(folder):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(folder: Path, flags: int = 0) -> Iterator[None]:
    """Hold a folder's lock. Raises OSError, also where the filesystem has no locks."""
    descriptor = os.open(folder, _OPEN)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | flags)
        yield
    finally:
        os.close(descriptor)


def _locked_folder(parent: Path, prefix: str, mode: int) -> tuple[Path, int]:
    """Another process may take the folder for an abandoned one until it is locked; then there is another try."""
    while True:
        folder = parent / f"{prefix}{token_hex(8)}"
        folder.mkdir(mode)
        lock = os.open(folder, _OPEN)
        with suppress(OSError):  # without locks nobody removes it, either
            fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)
