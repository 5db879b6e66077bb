"""The three standard streams: what a caller closed, filled up or stopped reading. Knows no repository."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from chemfs.cli.text import printable


def prepare() -> None:
    """Make the streams safe to use, whatever the caller did to them, and able to print any file name."""
    _open_closed()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def print_error(message: str) -> None:
    """One line on stderr; where nobody can read it, the exit code remains."""
    with flushed(sys.stderr):
        print(f"chemfs: {printable(message)}", file=sys.stderr)


@contextmanager
def flushed(stream: TextIO) -> Iterator[None]:
    """Flush a stream at the end of the context; output that nobody can read is discarded.

    It must not stay in the buffer: the interpreter would fail to write it, too, and exit with a code of its own.
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
