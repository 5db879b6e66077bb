"""Locates and opens an image. No path is followed into a chemfs mount.

To read an image inside a mount that shows it, the mount would have to ask itself, or two mounts each other, endlessly.
So each link in the path is resolved here, before anything is opened.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple, TypeVar

from chemigram_core.durable import beneath
from chemigram_core.durable.mount_table import repository_mounts
from chemigram_core.durable.path_walk import Barred, without_links
from chemigram_core.errors import NotAFile
from chemigram_core.image.errors import ImageInMount, ImageNotFollowed, ImageUnavailable, UnusableImageFile
from chemigram_core.image.raw_folder import Image

_ROOT = Path("/")
_ELOOP = 40
_NO_FILE = "not a regular file"
_T = TypeVar("_T")


class Location(NamedTuple):
    """A file: its path without links, and its attributes."""

    path: str
    status: os.stat_result


def locate(image: Image) -> Location:
    """The image's file. Raises ImageUnavailable, ImageInMount; OSError as stat(2)."""
    _require_followed(image)
    return _locate(image.place)


def open_image(image: Image) -> int:
    """A descriptor to read the image. Raises ImageUnavailable, ImageInMount; OSError as open(2)."""
    return _opened(image, _open)


def _opened(image: Image, opening: Callable[[str], _T]) -> _T:
    _require_followed(image)
    try:
        return _reached(image.place, opening)
    except NotAFile as error:
        raise ImageUnavailable(image.place, _NO_FILE) from error


def _require_followed(image: Image) -> None:
    if not image.is_followed:
        raise ImageNotFollowed(image.place)


def image_problem(image: Image) -> ImageUnavailable | None:
    """Why the image can't be read, or None if it can."""
    try:
        _opened(image, _try_to_open)
    except ImageUnavailable as error:
        return error
    except OSError as error:
        return ImageUnavailable(image.place, error.strerror or "")
    return None


def require_file(file: Path) -> os.stat_result:
    """The attributes of a file that is to be an image. Raises UnusableImageFile, OSError."""
    try:
        return _locate(os.path.join(os.getcwd(), file)).status  # noqa: PTH109, PTH118 - keeps `..`
    except ImageUnavailable as error:
        raise UnusableImageFile(file, error.reason) from error


def _locate(place: str) -> Location:
    found = _reached(place, _look)
    if not S_ISREG(found.status.st_mode):
        raise ImageUnavailable(place, _NO_FILE)
    return found


def _reached(place: str, access: Callable[[str], _T]) -> _T:
    """What `access` returns for an absolute path, which it gets without links."""
    try:
        return access(without_links(place, repository_mounts().places()))
    except Barred as error:
        raise ImageInMount(place, error.place) from error
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == _ELOOP:
            raise ImageUnavailable(place, error.strerror or "") from error
        raise


def _look(path: str) -> Location:
    return Location(path, os.lstat(path))


def _open(path: str) -> int:
    _require_regular(path)
    return beneath.open_file(_ROOT, *path[1:].split("/"))


def _try_to_open(path: str) -> None:
    _require_regular(path)
    os.close(beneath.open_below(_ROOT, path[1:].split("/"), beneath.FILE))


def _require_regular(path: str) -> None:
    """Raises NotAFile for anything else: opening a device may rewind a tape or reset a board."""
    if not S_ISREG(os.lstat(path).st_mode):
        raise NotAFile(path)
