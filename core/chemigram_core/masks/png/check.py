"""Whether bytes are one whole PNG: structure, limits, then all rows. Holds a megabyte of them at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from chemigram_core.errors import InvalidMask
from chemigram_core.masks.png.chunks import Picture, read_picture
from chemigram_core.masks.png.header import ColorType, PngHeader

_BAND_BYTES = 1 << 20
_PIECE_BYTES = 1 << 17  # zlib copies what it leaves over of a piece, so pieces stay small
_LAST_FILTER = 4  # Paeth


def check(data: bytes | memoryview) -> PngHeader:
    """The header of the PNG in `data`, when the whole of it can be decoded to the last pixel.

    Limits on the size are applied before anything is inflated, and no more is inflated than the header promises.
    Rows can't fail once they are inflated whole: only a filter's number and an index into the palette can be illegal.
    Raises InvalidMask with the reason.
    """
    picture = read_picture(data)
    for filters in _filters(picture):
        if max(filters) > _LAST_FILTER:
            raise InvalidMask("a row has an unknown filter")
    if picture.header.color_type is ColorType.PALETTE:
        from chemigram_core.masks.png.pixels import indices

        indices(picture)
    return picture.header


def _filters(picture: Picture) -> Iterator[bytes]:
    """The bytes that stand first in each row and name its filter, in file order, some rows at a time."""
    inflated = _Inflated(picture.image_data)
    for rows, row_bytes in picture.header.passes():
        step = max(1, _BAND_BYTES // row_bytes)
        for first in range(0, rows, step):
            yield inflated.read(min(step, rows - first) * row_bytes)[::row_bytes]
    inflated.finish()


class _Inflated:
    """The one zlib stream that is spread over the IDAT chunks, inflated on demand."""

    def __init__(self, pieces: tuple[memoryview, ...]) -> None:
        self._pieces = _cut(pieces)
        self._pending: bytes | memoryview = b""
        self._stream = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises InvalidMask."""
        parts: list[bytes] = []
        while size:
            parts.append(self._some(size))
            size -= len(parts[-1])
        return b"".join(parts)

    def finish(self) -> None:
        """Raises InvalidMask unless the stream ends here, with its checksum, and nothing follows it."""
        while not self._stream.eof:
            if self._some(1):
                raise InvalidMask("it has more image data than its size requires")
        if self._stream.unused_data or any(len(piece) for piece in self._pieces):
            raise InvalidMask("bytes follow its image data")

    def _some(self, most: int) -> bytes:
        """Up to `most` bytes; none only at the very end of a whole stream or between two pieces."""
        if self._stream.eof:
            raise InvalidMask("it has less image data than its size requires")
        if not self._pending:
            self._pending = self._next_piece()
        try:
            part = self._stream.decompress(self._pending, most)
        except zlib.error as broken:
            raise InvalidMask(f"its image data can't be decompressed ({broken})") from broken
        self._pending = self._stream.unconsumed_tail
        return part

    def _next_piece(self) -> memoryview:
        piece = next(self._pieces, None)
        if piece is None:
            raise InvalidMask("its image data ends too early")
        return piece


def _cut(pieces: tuple[memoryview, ...]) -> Iterator[memoryview]:
    return (piece[at : at + _PIECE_BYTES] for piece in pieces for at in range(0, len(piece), _PIECE_BYTES))
