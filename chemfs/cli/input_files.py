"""Input files of a command; `-` is stdin. Knows no verb."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path

from chemfs.cli.errors import UnreadableInput

STDIN = Path("-")


def read_input(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file or of stdin, at most `max_bytes` + 1: one byte too many shows that it is too large.

    Raises UnreadableInput.
    """
    try:
        with nullcontext(sys.stdin.buffer) if path == STDIN else path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadableInput(path, error) from error


def readable(path: Path) -> Path:
    """A file or folder that can be opened. Raises UnreadableInput."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))  # does not block on a pipe without a writer
    except OSError as error:
        raise UnreadableInput(path, error) from error
    return path
