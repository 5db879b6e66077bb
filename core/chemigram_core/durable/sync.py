"""Makes written bytes durable: at once, or later for many files together. Knows no meaning of files.

A failed fsync is never retried, since the kernel has dropped the pages.
"""

from __future__ import annotations

import os
from contextlib import suppress
from contextvars import ContextVar
from enum import IntEnum


class Deferred(IntEnum):
    """What the caller makes durable later, for many files together (`Filesystem`)."""

    NOTHING = 0
    NAMES = 1  # of folders, and what is appended to files; a file that replaces another is synced before it does
    EVERYTHING = 2  # for what nobody can find yet


deferred: ContextVar[Deferred] = ContextVar("deferred", default=Deferred.NOTHING)


def start_writing(descriptor: int) -> None:
    """Start writing the cached pages of an open file to disk; returns at once, and nothing is durable yet.

    A journaling filesystem then records the file's new blocks in a commit that another file's fsync makes anyway.
    """
    if deferred.get() is Deferred.NOTHING:
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def sync_content(descriptor: int) -> None:
    """Make the bytes of an open file durable; not if the caller does that later."""
    if deferred.get() < Deferred.EVERYTHING:
        os.fsync(descriptor)


def sync_appended(descriptor: int) -> None:
    """Make durable what was appended to an open file; not if the caller does it later."""
    if deferred.get() < Deferred.NAMES:
        os.fsync(descriptor)


def sync_names(folder: int) -> None:
    """Make the names in an open folder durable; not if the caller does it later."""
    if deferred.get() < Deferred.NAMES:
        os.fsync(folder)
