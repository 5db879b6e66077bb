"""Temporary files that a crash left in the repository's own folders, never those of a writer that may still run."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from chemigram_core.durable.replacement import TEMPORARY_PREFIX
from chemigram_core.fsck.finding import Finding, Problem

_OWN = ("objects", "refs", "masks", "rejected", "raw", "previews")
_LIVING_SECONDS = 600  # no write takes that long


def leftovers(root: Path) -> Iterator[Finding]:
    """The temporary files in the repository's own folders."""
    for path in _temporaries(root):
        with suppress(FileNotFoundError):
            if time.time() - path.lstat().st_mtime > _LIVING_SECONDS:
                where = path.relative_to(root).as_posix()
                yield Finding(Problem.LEFTOVER, where, "left behind by a killed writer")


def _temporaries(root: Path) -> Iterator[Path]:
    yield from root.glob(f"{TEMPORARY_PREFIX}*")
    pending = [root / name for name in _OWN if not (root / name).is_symlink()]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:  # a path too long to open is not ours
            for entry in entries:
                if entry.name.startswith(TEMPORARY_PREFIX):
                    yield Path(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
