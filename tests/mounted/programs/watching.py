"""Looking at a file all the while that somebody saves it: what did anybody ever get to see? Knows no mount."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

PAUSE_S = 0.0005


class Watch:
    """What was seen of one file: every different content once, and whether it was gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.contents: set[bytes] = set()
        self.was_gone = False
        self.troubles: set[str] = set()

    def look(self) -> None:
        try:
            self.contents.add(self._content())
        except FileNotFoundError:
            self.was_gone = True
        except OSError as error:
            self.troubles.add(str(error))

    def _content(self) -> bytes:
        """The whole file as darktable reads it: as many bytes as fstat tells, and then there must be no more."""
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            size_bytes = os.fstat(descriptor).st_size
            content = os.read(descriptor, size_bytes)
            if size_bytes != len(content) or os.read(descriptor, 1):
                self.troubles.add(f"{len(content)} bytes read, {size_bytes} told")
            if not content:
                self.troubles.add("empty")
            return content
        finally:
            os.close(descriptor)


@contextmanager
def watching(path: Path) -> Iterator[Watch]:
    """Look at the file again and again, by another thread, until the block is left; once more after that."""
    watch, over = Watch(path), Event()

    def look_on() -> None:
        while not over.is_set():
            watch.look()
            time.sleep(PAUSE_S)

    thread = Thread(target=look_on, name="watch")
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()
        watch.look()
