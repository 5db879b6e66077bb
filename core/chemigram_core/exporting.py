"""A state as ordinary files in an ordinary folder, without a mount."""

from __future__ import annotations

import shutil
from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.errors import FolderNotEmpty
from chemigram_core.objects import Kind
from chemigram_core.repository import Repository

XMP_FILE = "image.xmp"
MASK_FOLDER = "masks"


def export(repository: Repository, digest: Digest, target: Path) -> list[Path]:
    """Write the files of a state into `target`, a new or empty folder, and name them.

    The same files as a mount shows: the XMP, the masks and, where the repository has an image, the image with the XMP
    beside it under the name that darktable looks for. Raises FolderNotEmpty, StoreFailed, OSError.
    """
    state = repository.state(digest)
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FolderNotEmpty(target)
    document = repository.objects.read(digest, Kind.SNAPSHOT)
    written = [_write(target / XMP_FILE, document)]
    for name, mask in state.masks.items():
        written.append(_write(target / MASK_FOLDER / name.file_name, repository.objects.read(mask, Kind.MASK)))
    if (image := repository.image) is not None:
        written.append(Path(shutil.copy2(image.path, target / image.name)))
        written.append(_write(target / image.sidecar_name, document))
    return written


def _write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:  # never over or through what somebody put there meanwhile
        file.write(data)
    return path
