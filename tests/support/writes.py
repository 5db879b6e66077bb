"""Counts the files that programs have written and closed in a folder (Linux inotify); knows no darktable, no chemfs."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLOSE_WRITE, OPEN = 0x8, 0x20  # IN_CLOSE_WRITE, IN_OPEN of <sys/inotify.h>
EVENT = struct.Struct("iIII")  # struct inotify_event: watch, mask, cookie, length of the name that follows


class Writes:
    """The names written so far, one for each close of a file that was open for writing."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._names: list[str] = []

    def count(self, name: str) -> int:
        self._names.extend(self._new_names())
        return self._names.count(name)

    def _new_names(self) -> Iterator[str]:
        while data := self._read():
            while data:
                _, mask, _, length = EVENT.unpack_from(data)
                end = EVENT.size + length
                if mask & CLOSE_WRITE:
                    yield data[EVENT.size : end].rstrip(b"\0").decode()
                data = data[end:]

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, 65536)
        except BlockingIOError:
            return b""


@contextmanager
def watch_writes(folder: Path) -> Iterator[Writes]:
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        # The kernel merges equal events that follow each other; with the opens between them, none are equal.
        if libc.inotify_add_watch(descriptor, os.fsencode(folder), OPEN | CLOSE_WRITE) < 0:
            raise OSError(ctypes.get_errno(), f"can't watch {folder}")
        yield Writes(descriptor)
    finally:
        os.close(descriptor)
