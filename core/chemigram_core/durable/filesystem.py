"""Many files and folders made durable together: one syncfs(2) instead of an fsync for each. Knows no repository."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from chemigram_core.durable import mount_table
from chemigram_core.durable.sync import Deferred, deferred

_REPORTS_ERRORS = (5, 8)  # the first Linux whose syncfs reports that a page could not be written

_syncfs = ctypes.CDLL(None, use_errno=True).syncfs


class Filesystem:
    """The filesystem of a folder; use as a context manager, entered before the first write.

    syncfs reports the pages that could not be written since its descriptor was opened. It is used only where it does
    what many fsyncs do: not before Linux 5.8, and not in FUSE, whose daemons mostly never hear of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._is_trusted = _kernel() >= _REPORTS_ERRORS and not mount_table.type_of(self._descriptor).startswith("fuse")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    @contextmanager
    def deferring(self, what: Deferred) -> Iterator[None]:
        """Of what this thread writes in the context, `what` is durable after the next `sync`, not before."""
        before = deferred.set(what if self._is_trusted else Deferred.NOTHING)
        try:
            yield
        finally:
            deferred.reset(before)

    def sync(self) -> None:
        """Make everything durable that was written here. Raises OSError if any of it could not be written."""
        if self._is_trusted and _syncfs(self._descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), self._folder)

    def distrust(self) -> None:
        """Defer nothing from now on: each file is synced by itself."""
        self._is_trusted = False


def _kernel() -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
