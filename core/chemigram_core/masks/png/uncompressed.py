"""Gray PNGs that are not compressed: their size follows from width and height alone. Deterministic.

The pixels are in stored blocks of deflate (RFC 1951, 3.2.4), each row after the byte for "no filter".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from chemigram_core import signature
from chemigram_core.masks.png.header import ColorType

_BLOCK_BYTES = 65_535
_CHUNK_BYTES, _HEADER_BYTES = 12, 13  # of a chunk beside its data, and of the data of IHDR
_ZLIB = b"\x78\x01"  # deflate, a window of 32 KiB, the least effort
_CHECKSUM_BYTES = 4


def gray_png_bytes(width: int, height: int) -> int:
    """How many bytes `gray_png` returns for a picture of that size in pixels."""
    rows = height * (width + 1)
    data = len(_ZLIB) + rows + 5 * -(-rows // _BLOCK_BYTES) + _CHECKSUM_BYTES
    return len(signature.PNG) + 3 * _CHUNK_BYTES + _HEADER_BYTES + data


def gray_png(width: int, height: int, pixels: bytes) -> bytes:
    """The PNG of pixels of 8 bits, row by row."""
    header = struct.pack(">IIBBBBB", width, height, 8, ColorType.GRAY, 0, 0, 0)
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    data = b"".join((_ZLIB, *_blocks(rows), struct.pack(">I", zlib.adler32(rows))))
    return b"".join((signature.PNG, *_chunk(b"IHDR", header), *_chunk(b"IDAT", data), *_chunk(b"IEND", b"")))


def _blocks(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _BLOCK_BYTES):
        block = data[at : at + _BLOCK_BYTES]
        is_last = at + len(block) == len(data)
        yield struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF)
        yield block


def _chunk(kind: bytes, data: bytes) -> Iterator[bytes]:
    yield struct.pack(">I", len(data)) + kind
    yield data
    yield struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
