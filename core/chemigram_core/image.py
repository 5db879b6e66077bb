"""raw/: the image that a repository is about, as a file or a symlink to it. Only ever read."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDER = "raw"
_STATE_NAMES = frozenset(("image.xmp", "masks"))


@dataclass(frozen=True, slots=True)
class Image:
    """The image: the name that it has in each state, and where it is."""

    name: str
    path: Path

    @property
    def sidecar_name(self) -> str:
        """The name under which darktable looks for the XMP beside the image."""
        return f"{self.name}.xmp"


def find(root: Path) -> Image | None:
    """The image of the repository at `root`: the first file in raw/ by name; None when there is none to be read."""
    with suppress(OSError):
        for name in sorted(os.listdir(root / FOLDER)):
            path = root / FOLDER / name
            if not name.startswith(".") and name not in _STATE_NAMES and stat.S_ISREG(path.stat().st_mode):
                return Image(name, path)
    return None


def link(root: Path, source: Path) -> Image:
    """Make `source` the image of the repository at `root`, by a symlink. Raises OSError."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / source.name).symlink_to(source.resolve(strict=True))
    return Image(source.name, folder / source.name)
