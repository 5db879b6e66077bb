"""A state as ordinary files in an ordinary folder, without a mount."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import FolderNotEmpty
from chemigram_core.image import Image
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.state_files import StateFile, state_files


def export(repository: Repository, digest: Digest, target: Path, on_progress: Progress = silent) -> list[Path]:
    """Write the files of a state, the same as in a mount, into `target`, a new or empty folder; returns their paths.

    Raises FolderNotEmpty, StoreFailed, OSError.
    """
    files = state_files(repository.state(digest), repository.image)
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FolderNotEmpty(target)
    for number, (path, source) in enumerate(files.items(), start=1):
        _copy(repository, source, target / path)
        on_progress("exporting", number, len(files))
    return [target / path for path in files]


def _copy(repository: Repository, source: StateFile, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    if isinstance(source, Image):
        shutil.copy2(source.path, path)
        return
    # "x": never over or through what another program put there meanwhile
    with os.fdopen(repository.objects.open(source.digest, source.kind), "rb") as stored, path.open("xb") as file:
        shutil.copyfileobj(stored, file)
