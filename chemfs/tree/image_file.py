"""The image of a repository in the folder of a state: its file, passed through."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable

from chemfs.tree.errors import NotFound, Replaced
from chemfs.tree.image_look import ImageLook
from chemfs.tree.nodes import File
from chemfs.tree.objects import READ_ONLY_MODE
from chemfs.tree.open_files import Caching, DescriptorFile, OpenFile, Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.permissions import read_only
from chemigram_core.durable.file_cache import lasting_identity
from chemigram_core.image.errors import ImageUnavailable
from chemigram_core.image.location import open_image
from chemigram_core.image.raw_folder import Image


class ImageFile(File):
    """The image as it was looked up. The node stands for its bytes: once the file is replaced or changed, for others.

    A file that has just changed is another one at each look-up: its next change could leave the same times.
    """

    __slots__ = ("_caching", "_folder", "_image", "_status", "content")

    def __init__(self, look: ImageLook, image: Image | None) -> None:
        """`image` is what raw/ names. Raises NotFound, ImageInMount, OSError."""
        now_ns = time.time_ns()
        if image is None:
            raise NotFound("the image")
        self._image = image
        path, self._status = look.locate(image)
        self._folder = path.rpartition("/")[0] or "/"
        identity = lasting_identity(self._status, now_ns)
        self.content: Hashable = identity or object()
        self._caching = Caching.KEEP if identity else Caching.NORMAL

    def stat(self) -> Stat:
        return Stat(self._status.st_size, self._status.st_mtime_ns, *read_only(self._status, self._folder))

    def open_to_read(self) -> OpenFile:
        """Raises Replaced if the file is another one by now, which a new look-up finds."""
        descriptor = open_image(self._image)
        if _fields(os.fstat(descriptor)) != _fields(self._status):
            os.close(descriptor)
            raise Replaced(self._image.name)
        return DescriptorFile(descriptor, self._caching, READ_ONLY_MODE)


class AwayImage(File):
    """An image that a folder lists although it is missing: it can be stat'ed, and opening it gives the reason.

    So a copy of the folder fails, instead of silently lacking the image.
    """

    __slots__ = ("_error",)

    def __init__(self, error: Exception) -> None:
        self._error = error

    def stat(self) -> Stat:
        return Stat(0, 0, READ_ONLY_MODE)

    def open_to_read(self) -> OpenFile:
        """Raises what the look-up met."""
        raise self._error.with_traceback(None)


def listed_image(opened: Opened) -> ImageFile | AwayImage:
    """The image where a folder lists it without looking at it: that would wake the drives that images are on."""
    try:
        repository = opened()
        return ImageFile(repository.image_look, repository.repository.image)
    except (NotFound, ImageUnavailable, OSError) as error:
        return AwayImage(error)


def _fields(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
