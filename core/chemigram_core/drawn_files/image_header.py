"""The header of a repository's image, read once for each version of the file. Decodes no pixels."""

from __future__ import annotations

import os

from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.durable.file_cache import FileCache
from chemigram_core.image.errors import ImageUnavailable
from chemigram_core.image.header import Header, UnknownHeader, read_header
from chemigram_core.image.location import locate, open_image
from chemigram_core.image.raw_folder import Image

_headers = FileCache[Header | str](2_000)  # or why the header is unknown


def image_header(image: Image | None) -> Header:
    """The current header. Raises NotComputable with the reason if it can't be read."""
    if image is None:
        raise NotComputable("the repository has no image, whose size determines the place of a shape")
    try:
        found = _found(image)
    except ImageUnavailable as error:
        raise NotComputable(f"the image is not available ({error.reason})") from error
    except OSError as error:
        raise NotComputable(f"the image can't be read ({error.strerror})") from error
    if isinstance(found, str):
        raise NotComputable(found)
    return found


def _found(image: Image) -> Header | str:
    """A known file is only stat'ed."""
    if (known := _headers.recall(locate(image).status, image.place)) is not None:
        return known
    descriptor = open_image(image)
    try:
        return _headers.get(descriptor, lambda opened, _: _read(opened, image.name), image.place)
    finally:
        os.close(descriptor)


def _read(descriptor: int, name: str) -> Header | str:
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        try:
            return read_header(file, name)
        except UnknownHeader as reason:
            return str(reason)
