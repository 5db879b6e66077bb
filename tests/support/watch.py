"""chemfs watch as a process, and a way to know that it has seen all that happened before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from tests.support.shoots import edit, image

_MARKER = "marker"
_exposures = count(1_000_000)  # of the markers of all watches: each is another edit


class Watch:
    """A watch that has scanned everything."""

    def __init__(self, shoot: Path, library: Path) -> None:
        self._marked = shoot / _MARKER  # exists before: a new folder would be scanned at once
        image(self._marked, "a.NEF")
        self._process = start(shoot, library)
        self.before = lines_until("watching", self._process.stdout)  # what it said during the first scan

    @property
    def process_id(self) -> int:
        """Its process."""
        return self._process.pid

    def catch_up(self) -> list[str]:
        """Wait until it has seen all that happened; what it said meanwhile.

        Files are looked at in the order in which they were closed, so an edit that is made last is said last. But what
        looks unfinished waits for longer: a first sidecar without a history, and one that can't be parsed.
        """
        edit(self._marked, "a.NEF.xmp", next(_exposures))
        return [line for line in lines_until(f"{_MARKER}/", self._process.stdout) if not line.startswith(_MARKER)]

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()


def start(shoot: Path, library: Path, *options: str) -> subprocess.Popen[str]:
    """A watch that has just been started; its lines are all on one stream."""
    command = [sys.executable, "-m", "chemfs", "watch", *options, str(shoot), str(library)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@contextmanager
def watching(shoot: Path, library: Path) -> Iterator[Watch]:
    """A watch, killed at the end."""
    watch = Watch(shoot, library)
    try:
        yield watch
    finally:
        watch.kill()


def lines_until(text: str, output: IO[str] | None) -> list[str]:
    """The lines up to the one with that text."""
    found: list[str] = []
    while not found or text not in found[-1]:
        line = "" if output is None else output.readline()
        if not line:
            raise EOFError(f"no line with {text!r}: {found}")
        found.append(line.rstrip("\n"))
    return found
