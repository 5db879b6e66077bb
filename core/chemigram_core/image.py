"""raw/: the image that a repository is about, as a file or a symlink to it. Only ever read."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.errors import UnusableImage
from chemigram_core.layout import MASK_FOLDER, XMP_FILE
from chemigram_core.names import folded

FOLDER = "raw"
_STATE_FILES = frozenset((XMP_FILE, MASK_FOLDER, XMP_FILE.removesuffix(".xmp")))  # or their sidecars are
_NAME_BYTES = 255  # that filesystems allow


@dataclass(frozen=True, slots=True)
class Image:
    """The image: the name that it has in each state, and where it is."""

    name: str
    path: Path

    @property
    def sidecar_name(self) -> str:
        """The name under which darktable looks for the XMP beside the image."""
        return f"{self.name}.xmp"


class RawFolder:
    """raw/ of one repository. What it holds is remembered as long as the folder's identity and time stay."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = str(root / FOLDER)
        self._seen: tuple[int, int, int] | None = None
        self._image: Image | None = None

    def image(self) -> Image | None:
        """The image, if there is one to be read."""
        try:
            status = os.lstat(self._path)
        except OSError:
            return None
        seen = (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        if self._image is None or seen != self._seen:
            self._image, self._seen = find(self._root), seen
        return self._image


def find(root: Path) -> Image | None:
    """The image of the repository at `root`: the first readable file in raw/ by name, or None."""
    with suppress(OSError):
        with Folder.enter(root, FOLDER) as folder:
            names = folder.names()
        for name in names:
            path = root / FOLDER / name
            if _broken_rule(name) is None and path.is_file():
                return Image(name, path)
    return None


def require_usable(name: str) -> None:
    """Raises UnusableImage for a file name that can't stand in a state."""
    if rule := _broken_rule(name):
        raise UnusableImage(name, rule)


def link(root: Path, source: Path) -> Image:
    """Make `source` the image of the repository at `root`, by a symlink. Raises OSError."""
    with Folder.make(root, FOLDER) as folder:
        folder.link_symbolically(str(source.resolve(strict=True)), source.name)
    return Image(source.name, root / FOLDER / source.name)


def is_near_sidecar(name: str, image: Image | None) -> bool:
    """Whether a name is not the XMP's, but nearly: in case or Unicode form, or without the image's extension.

    Lightroom and others write IMG.xmp.
    """
    names = {XMP_FILE} if image is None else {XMP_FILE, image.sidecar_name}
    near = names if image is None else {*names, f"{Path(image.name).stem}.xmp"}
    return name not in names and folded(name) in map(folded, near)


def _broken_rule(name: str) -> str | None:
    if name.startswith("."):
        return "it starts with a dot"
    if name in _STATE_FILES:
        return "a state's own files have that name"
    if len(os.fsencode(f"{name}.xmp")) > _NAME_BYTES:
        return f"with .xmp it is longer than {_NAME_BYTES} bytes"
    return None
