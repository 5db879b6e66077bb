"""Limits how much of an image file is read, however large or hostile it is. Knows no format."""

from __future__ import annotations

from typing import BinaryIO

_MOST_BYTES = 4 << 20  # in total: headers of photographs have thumbnails and color profiles
_MOST_READS = 50_000
_FARTHEST = 1 << 40  # no image is larger


class TooMuch(ValueError):
    """A header that needs more of the file than a valid one does; the message is the reason, as a clause."""


class Window:
    """Passes on `read`, `seek` and `tell`, as far as its budget goes. Raises TooMuch beyond it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._bytes, self._reads = file, _MOST_BYTES, _MOST_READS

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; the rest of a file can't be asked for."""
        self._bytes, self._reads = self._bytes - size, self._reads - 1
        if size < 0 or self._bytes < 0 or self._reads < 0:
            raise TooMuch("the image's header is too large")
        return self._file.read(size)

    def seek(self, offset: int) -> int:
        """Where to read next, from the beginning of the file."""
        if offset > _FARTHEST:
            raise TooMuch("the image's header points beyond the file")
        return self._file.seek(offset)

    def tell(self) -> int:
        """As that of a file."""
        return self._file.tell()
