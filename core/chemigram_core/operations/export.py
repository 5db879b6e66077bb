"""A state as ordinary files in an ordinary folder, without a mount."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from chemigram_core.digest import Digest
from chemigram_core.errors import FolderNotEmpty
from chemigram_core.image.errors import ImageUnavailable
from chemigram_core.image.location import image_problem, open_image
from chemigram_core.image.raw_folder import Image
from chemigram_core.layout import DRAWN_FOLDER
from chemigram_core.progress import Progress, silent
from chemigram_core.repository import Repository
from chemigram_core.state_files import StateFile, state_files

_PIECE_BYTES = 1 << 26  # between two of them, Ctrl-C ends it

_Source: TypeAlias = StateFile | Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of a state that were written, and why the image is not among them, if there is one."""

    files: list[Path]
    image_problem: ImageUnavailable | None


def export(
    repository: Repository, digest: Digest, target: Path, on_progress: Progress = silent, *, drawn: bool = False
) -> Exported:
    """Write the files of a state, the same as in a mount, into `target`, a new or empty folder.

    With `drawn`, its drawn masks too. Raises FolderNotEmpty, StoreFailed, OSError; without its image the state is
    written all the same.
    """
    image = repository.image
    problem = None if image is None else image_problem(image)
    files: dict[str, _Source] = {
        path: source
        for path, source in state_files(repository.state(digest), image).items()
        if problem is None or source is not image
    }
    if drawn:
        files |= _drawn(repository, digest)
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FolderNotEmpty(target)
    for number, (path, source) in enumerate(files.items(), start=1):
        _copy(repository, source, target / path)
        on_progress("exporting", number, len(files))
    return Exported([target / path for path in files], problem)


def _drawn(repository: Repository, digest: Digest) -> Mapping[str, _Source]:
    from chemigram_core.drawn_files.state import contents_of, drawn_in  # few exports ask for it

    contents = contents_of(drawn_in(repository, digest))
    return {f"{DRAWN_FOLDER}/{path}": content for path, content in contents.items()}


def _copy(repository: Repository, source: _Source, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(source):
        with path.open("xb") as file:
            file.write(source())
        return
    with os.fdopen(_opened(repository, source), "rb") as stored, path.open("xb") as file:
        # "x": never over or through what another program put there meanwhile
        _copy_bytes(stored, file)
        if isinstance(source, Image):
            shutil.copystat(f"/proc/self/fd/{stored.fileno()}", path)


def _copy_bytes(source: BinaryIO, target: BinaryIO) -> None:
    """Copy a file that was just opened. An image may have gigabytes: the kernel copies them, or shares its blocks."""
    with suppress(OSError):  # between these filesystems it can't
        while os.copy_file_range(source.fileno(), target.fileno(), _PIECE_BYTES):
            pass
    shutil.copyfileobj(source, target)  # the rest: mostly nothing


def _opened(repository: Repository, source: StateFile) -> int:
    return open_image(source) if isinstance(source, Image) else repository.objects.open(source.digest, source.kind)
