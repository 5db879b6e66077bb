"""What programs do in a mount, as functions of paths."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress

from chemigram_core.layout import DRAWN_FOLDER

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
    """find(1), not into drawn/."""
    _run("find", *paths, "-name", DRAWN_FOLDER, "-prune", "-o", "-print")


def find_drawn(paths: Sequence[str]) -> None:
    """find(1), also into drawn/."""
    _run("find", *paths)


def list_all(paths: Sequence[str]) -> None:
    """ls -lR, not into drawn/."""
    _run("ls", "-lR", f"--ignore={DRAWN_FOLDER}", *paths)


def copy(paths: Sequence[str]) -> None:
    """cp -r of all that is in the folders of a folder, but not of drawn/, into a new folder in the last path."""
    above, scratch = paths
    names = [f"{folder}/{name}" for folder in os.listdir(above) for name in os.listdir(f"{above}/{folder}")]
    sources = [name for name in names if not name.endswith(f"/{DRAWN_FOLDER}")]
    _run("cp", "-r", "--parents", *sources, tempfile.mkdtemp(dir=scratch), folder=above)


def _run(*words: str, folder: str | None = None) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=folder)
