"""A temporary folder for darktable: its configuration, the states that it renders, and the pictures that it makes.

Each state is there as darktable finds it in a shoot: the exact bytes of its XMP beside a link to its image.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from chemfs.render.job import Job
from chemigram_core.durable.temporary_folder import remove_abandoned, temporary_folder

_PREFIX = "chemfs-render-"


class Workshop:
    """Use as a context manager, which removes the folder, and those that killed processes of this user left behind."""

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        remove_abandoned(parent, _PREFIX)
        self._open = ExitStack()
        self.folder = self._open.enter_context(temporary_folder(parent, _PREFIX, 0o700))
        self.pictures = self.folder / "pictures"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def lay_out(self, jobs: Sequence[Job]) -> dict[str, Job]:
        """Write the files of states for one call, by the stems of their names. Raises OSError."""
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
        """The link to the image of a state."""
        return self.folder / "states" / f"{stem}{job.image.suffix}"

    def picture(self, stem: str) -> bytes | None:
        """The picture of a state, if darktable made it."""
        with suppress(FileNotFoundError):
            return (self.pictures / f"{stem}.jpg").read_bytes()
        return None
