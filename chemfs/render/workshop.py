"""A temporary folder for darktable: its configuration, the states that it renders, and the pictures that it makes.

Each state is there as darktable finds it in a shoot: the exact bytes of its XMP beside a link to its image.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from chemfs.render.job import Job

_PREFIX = "chemfs-render-"


class Workshop:
    """Use as a context manager, which removes the folder, and those that killed processes of this user left behind."""

    def __init__(self) -> None:
        _remove_abandoned()
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.pictures = self.folder / "pictures"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def lay_out(self, jobs: Sequence[Job]) -> dict[str, Job]:
        """Lay out states for one call, by the stems that their files and pictures have. Raises OSError."""
        for folder in (self.folder / "states", self.pictures):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        laid_out = {f"state{number:04}": job for number, job in enumerate(jobs)}
        for stem, job in laid_out.items():
            image = self.image(stem, job)
            image.symlink_to(job.image)
            image.with_name(f"{image.name}.xmp").write_bytes(job.xmp)
        return laid_out

    def image(self, stem: str, job: Job) -> Path:
        """The link to the image of a state that is laid out."""
        return self.folder / "states" / f"{stem}{job.image.suffix}"

    def picture(self, stem: str) -> bytes | None:
        """The picture of a state, if darktable made it."""
        with suppress(FileNotFoundError):
            return (self.pictures / f"{stem}.jpg").read_bytes()
        return None


def _remove_abandoned() -> None:
    """A folder in which a process works is locked; the lock ends with the process."""
    for folder in _abandoned():
        shutil.rmtree(folder, ignore_errors=True)


def _abandoned() -> Iterator[Path]:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                if os.fstat(descriptor).st_uid == os.geteuid():
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield folder
            finally:
                os.close(descriptor)
