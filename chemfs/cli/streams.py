"""The three standard streams, even if closed, full or no longer read. Knows no repository.

All output of a command goes through here: no text of a repository reaches a terminal unescaped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from chemigram_core.printable import printable, printable_lines


class Escaping:
    """A text stream that escapes what would control a terminal. Delegates everything else to the stream."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text, in which only line feeds are special."""
        self.stream.write(printable_lines(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def prepared() -> Iterator[None]:
    """Make the streams safe to use, whatever the caller did to them, and able to print any file name."""
    _open_closed()
    before = sys.stdout, sys.stderr
    for stream in before:
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout, sys.stderr = (cast(TextIO, Escaping(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def unescaped(stream: TextIO) -> TextIO:
    """The stream itself, for colours and progress bars: pass all foreign text through `printable` first."""
    return stream.stream if isinstance(stream, Escaping) else stream


def print_error(message: str) -> None:
    """One line on stderr; if it can't be written, the exit code remains."""
    with flushed(sys.stderr):
        print(f"chemfs: {printable(message)}", file=sys.stderr)


@contextmanager
def flushed(stream: TextIO) -> Iterator[None]:
    """Flush a stream at the end of the context; output to a closed pipe is discarded.

    It must not stay in the buffer: the interpreter would fail to write it as well, and exit with its own code.
    """
    try:
        yield
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_closed() -> None:
    """Put /dev/null in place of a closed stream (`>&-`), so that no file of a repository gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))
