"""What programs do in a mount, as functions of paths."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress

_PIECE_BYTES = 1 << 20


def stat(paths: Sequence[str]) -> None:
    """stat(2)."""
    for path in paths:
        os.stat(path)  # noqa: PTH116


def stat_missing(paths: Sequence[str]) -> None:
    """stat(2) of names that don't exist."""
    for path in paths:
        with suppress(FileNotFoundError):
            os.stat(path)  # noqa: PTH116


def read(paths: Sequence[str]) -> None:
    """Open, read to the end, close."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        while os.read(descriptor, _PIECE_BYTES):
            pass
        os.close(descriptor)


def find(paths: Sequence[str]) -> None:
    """find(1)."""
    _run("find", *paths)


def list_all(paths: Sequence[str]) -> None:
    """ls -lR."""
    _run("ls", "-lR", *paths)


def copy(paths: Sequence[str]) -> None:
    """cp -r, into a new folder in the last path."""
    *sources, scratch = paths
    _run("cp", "-r", *sources, tempfile.mkdtemp(dir=scratch))


def _run(*words: str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
