"""The file of one preview in the open folder, and whether it is complete. A known file is not opened again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from stat import S_ISREG
from typing import NamedTuple

from chemigram_core.durable.file_cache import FileCache
from chemigram_core.durable.folder import Folder, read_whole
from chemigram_core.errors import NotAFile
from chemigram_core.previews.preview_name import PreviewName, checksum

_PICTURE_BYTES = 64 << 20  # of the largest one that is read

_checked: FileCache[bool] = FileCache(20_000)  # whether the bytes of a file have the checksum in its name


class Preview(NamedTuple):
    """A preview and its file's attributes."""

    name: PreviewName
    status: os.stat_result


@contextmanager
def present() -> Iterator[None]:
    """Omits files that are missing, unreadable or not ours."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError, NotAFile):
        yield


def first_whole(folder: Folder, names: Iterable[PreviewName]) -> Preview | None:
    """The first of the previews that is whole."""
    return next((one for name in names if (one := status_of(folder, name)) is not None and is_whole(folder, one)), None)


def status_of(folder: Folder, name: PreviewName) -> Preview | None:
    """A preview with its file's attributes, not verified; None for what is not a regular file."""
    with suppress(FileNotFoundError):
        status = folder.stat(name.file_name)
        return Preview(name, status) if S_ISREG(status.st_mode) else None
    return None


def is_whole(folder: Folder, preview: Preview) -> bool:
    """Whether its bytes have the checksum in its name."""
    if (known := _checked.recall(preview.status, preview.name.file_name)) is not None:
        return known
    with suppress(OSError, NotAFile):  # one bad sector must not hide the other pictures
        if (descriptor := open_whole(folder, preview.name)) is not None:
            os.close(descriptor)
            return True
    return False


def open_whole(folder: Folder, name: PreviewName) -> int | None:
    """A descriptor to read a preview, None if its bytes don't have the checksum in its name. Raises OSError."""
    descriptor = folder.open(name.file_name)
    try:
        if _checked.get(descriptor, lambda opened, status: _has_checksum(opened, status, name), name.file_name):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _has_checksum(descriptor: int, status: os.stat_result, name: PreviewName) -> bool:
    return 0 < status.st_size <= _PICTURE_BYTES and checksum(read_whole(descriptor, status.st_size)) == name.checksum
