"""raw/ of a repository, and the image that it names. Follows no link."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from chemigram_core.durable.file_cache import lasting_identity
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.ownership import foreign_owner
from chemigram_core.image.extensions import is_image
from chemigram_core.layout import DRAWN_FOLDER, MASK_FOLDER, XMP_FILE
from chemigram_core.names import folded

FOLDER = "raw"
_STATE_FILES = frozenset((XMP_FILE, MASK_FOLDER, DRAWN_FOLDER, XMP_FILE.removesuffix(".xmp")))  # or their sidecars are
_NAME_BYTES = 255  # that filesystems allow


@dataclass(frozen=True, slots=True)
class Image:
    """The image: the name that it has in each state, its path in raw/, and the absolute path where a link there leads.

    That path, `place`, is as the user gave it: it may have links in it, and `..` after them.
    """

    name: str
    path: Path
    place: str
    is_followed: bool = True  # not a link in another user's repository, even if that is trusted

    @property
    def sidecar_name(self) -> str:
        """The name under which darktable looks for the XMP beside the image."""
        return f"{self.name}.xmp"


class RawFolder:
    """raw/ of one repository. The image is cached until the folder's identity or times change."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = f"{root}/{FOLDER}"
        self._known: tuple[tuple[int, ...], Image | None] | None = None  # replaced as a whole: other threads read it

    def image(self) -> Image | None:
        """The image, if raw/ names one. Raises OSError."""
        now_ns = time.time_ns()
        try:
            status = os.lstat(self._path)
        except FileNotFoundError:
            return None
        identity, known = lasting_identity(status, now_ns), self._known
        if known is not None and known[0] == identity:
            return known[1]
        image = find(self._root)
        if identity is not None:
            self._known = identity, image
        return image


def find(root: Path) -> Image | None:
    """The image of the repository at `root`: the first of `images`, or None. Raises OSError."""
    return next(images(root), None)


def image_name(root: Path) -> str | None:
    """The name of the image that `find` would find; where that is, is not asked. Raises OSError."""
    return next((name for name, _ in _named(root)), None)


def images(root: Path) -> Iterator[Image]:
    """The files and links in raw/ that can stand in a state; the image first, as its name shows. Raises OSError."""
    for name, target in _named(root):
        folder = root / FOLDER
        is_followed = target == name or foreign_owner(str(root)) is None
        yield Image(name, folder / name, _place(folder, target), is_followed)


def _named(root: Path) -> Iterator[tuple[str, str]]:
    """Their names in this order, each with the target of its link; that of a file is the file."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError), Folder.enter(root, FOLDER) as folder:
        for name in _image_first(folder.names()):
            if broken_rule(name) is None and (target := _target(folder, name)) is not None:
                yield name, target


def _image_first(names: list[str]) -> list[str]:
    """The image before Thumbs.db and the like, and before copies by sync tools, which have longer names."""
    return sorted(names, key=lambda name: (not is_image(name), len(name), name)) if len(names) > 1 else names


def _target(folder: Folder, name: str) -> str | None:
    """The target of a link, the name of a regular file itself, None for anything else."""
    with suppress(FileNotFoundError):
        mode = folder.stat(name).st_mode
        if S_ISLNK(mode):
            return os.readlink(name, dir_fd=folder.descriptor)
        if S_ISREG(mode):
            return name
    return None


def _place(folder: Path, target: str) -> str:
    """The absolute path for a path from a real folder; leading `..` are removed, since they come after no link."""
    if target.startswith("/"):
        return target
    place, rest = folder.resolve(), Path(target).parts
    while rest[:1] == ("..",):
        place, rest = place.parent, rest[1:]
    return str(place.joinpath(*rest))


def is_near_sidecar(name: str, image: Image | None) -> bool:
    """Whether a name is nearly the XMP's: it differs in case or Unicode form, or lacks the image's extension.

    Lightroom and others write IMG.xmp.
    """
    names = {XMP_FILE} if image is None else {XMP_FILE, image.sidecar_name}
    near = names if image is None else {*names, f"{Path(image.name).stem}.xmp"}
    return name not in names and folded(name) in map(folded, near)


def broken_rule(name: str) -> str | None:
    """Why a file name can't be in a state, or None if it can."""
    if name.startswith("."):
        return "it starts with a dot"
    if name in _STATE_FILES:
        return "a state's own files have that name"
    if len(os.fsencode(f"{name}.xmp")) > _NAME_BYTES:
        return f"with .xmp it is longer than {_NAME_BYTES} bytes"
    return None
