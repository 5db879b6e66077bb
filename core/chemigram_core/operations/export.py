"""A state as ordinary files in an ordinary folder, without a mount."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import FolderNotEmpty
from chemigram_core.image import Image
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.states import State
from chemigram_core.store.objects import Kind

XMP_FILE = "image.xmp"
MASK_FOLDER = "masks"


def export(repository: Repository, digest: Digest, target: Path, on_progress: Progress = silent) -> list[Path]:
    """Write the files of a state into `target`, a new or empty folder, and name them.

    The same files as a mount shows: the XMP, the masks and, where the repository has an image, the image with the XMP
    beside it under the name that darktable looks for. Raises FolderNotEmpty, StoreFailed, OSError.
    """
    state, image = repository.state(digest), repository.image
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FolderNotEmpty(target)
    total = 1 + len(state.masks) + (2 if image else 0)
    written: list[Path] = []
    for path in _files(repository, state, image, target):
        written.append(path)
        on_progress("exporting", len(written), total)
    return written


def _files(repository: Repository, state: State, image: Image | None, target: Path) -> Iterator[Path]:
    """Each file as soon as it is written."""
    document = repository.objects.read(state.digest, Kind.SNAPSHOT)
    yield _write(target / XMP_FILE, document)
    for name, mask in state.masks.items():
        yield _write(target / MASK_FOLDER / name.file_name, repository.objects.read(mask, Kind.MASK))
    if image is not None:
        yield _write(target / image.sidecar_name, document)
        yield Path(shutil.copy2(image.path, target / image.name))


def _write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:  # never over or through what somebody put there meanwhile
        file.write(data)
    return path
