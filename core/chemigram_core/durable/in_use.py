"""Marks on open files that are in use, which end with the process. Knows no paths.

A mark is a shared lock of the open file (F_OFD_SETLK). Testing for marks takes no lock, so processes that test at the
same time, or are about to mark the file, never block each other.
"""

from __future__ import annotations

import fcntl
import os
import struct

_FLOCK = struct.Struct("hhqqi0q")  # struct flock: kind, whence, start, length (0: to the end), process
_MARK, _LOCK = (_FLOCK.pack(kind, os.SEEK_SET, 0, 0, 0) for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK))


def mark_in_use(descriptor: int) -> None:
    """Mark an open file, so that others leave it alone until it is closed. Waits for nobody.

    The file is not marked if a program has an exclusive lock on it, which any program that may write it can take; nor
    if it is open only for writing, since its mode then denies reading.
    """
    try:  # noqa: SIM105 - each read does it
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _MARK)
    except OSError:
        pass


def is_in_use(descriptor: int) -> bool:
    """Whether another open file of the same file is marked."""
    kind, *_ = _FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _LOCK))
    return bool(kind != fcntl.F_UNLCK)
