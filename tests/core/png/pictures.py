"""Builds PNGs of every kind, chunk by chunk and filter by filter, as the PNG specification says."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8)]
KINDS += [(4, 8), (4, 16), (6, 8), (6, 16)]
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]

Pixel = tuple[int, ...]
Grid = Sequence[Sequence[Pixel]]


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """One chunk with its right checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def ihdr(width: int, height: int, depth: int, color: int, interlace: int = 0) -> bytes:
    """A header chunk, sensible or not."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace))


def assemble(*chunks: bytes) -> bytes:
    """A file of these chunks."""
    return SIGNATURE + b"".join(chunks)


def png(
    grid: Grid,
    color: int,
    depth: int,
    *,
    interlace: int = 0,
    filters: Sequence[int] = (0, 1, 2, 3, 4),
    level: int = 6,
    extra: Sequence[bytes] = (),
    idat_bytes: int = 1 << 30,
) -> bytes:
    """A whole PNG with these stored samples; rows use the filters in turn."""
    packed = zlib.compress(rows(grid, color, depth, interlace, filters), level)
    pieces = [packed[at : at + idat_bytes] for at in range(0, len(packed), idat_bytes)]
    header = ihdr(len(grid[0]), len(grid), depth, color, interlace)
    return assemble(header, *extra, *(chunk(b"IDAT", piece) for piece in pieces), chunk(b"IEND"))


def rows(grid: Grid, color: int, depth: int, interlace: int, filters: Sequence[int]) -> bytes:
    """The filtered rows before compression."""
    bits = depth * SAMPLES[color]
    out = bytearray()
    for x, y, dx, dy in ADAM7 if interlace else [(0, 0, 1, 1)]:
        lines = [list(line[x::dx]) for line in grid[y::dy]]
        previous = b""
        for number, line in enumerate(line for line in lines if line):
            raw = packed_row(line, depth)
            kind = filters[number % len(filters)]
            out += bytes([kind]) + filtered(raw, previous or bytes(len(raw)), kind, max(1, bits // 8))
            previous = raw
    return bytes(out)


def packed_row(line: Sequence[Pixel], depth: int) -> bytes:
    """Samples as bits, the first in the highest; the rest of the last byte is zero."""
    bits = "".join(format(sample, f"0{depth}b") for pixel in line for sample in pixel)
    return bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))


def filtered(raw: bytes, above: bytes, kind: int, step: int) -> bytes:
    """A row as the filter writes it."""
    return bytes((value - guess) & 255 for value, guess in zip(raw, predictions(raw, above, kind, step), strict=True))


def predictions(raw: bytes, above: bytes, kind: int, step: int) -> Iterator[int]:
    """What each filter expects at each byte."""
    for at, up in enumerate(above):
        left = raw[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        yield (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]


def paeth(left: int, up: int, corner: int) -> int:
    """The neighbour that is nearest to left + up - corner."""
    expected = left + up - corner
    return min((abs(expected - value), order, value) for order, value in enumerate((left, up, corner)))[2]
