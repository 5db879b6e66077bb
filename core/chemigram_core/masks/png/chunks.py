"""The chunks of a PNG, each with its checksum, and the order they must have. Inflates nothing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from chemigram_core import signature
from chemigram_core.errors import InvalidMask
from chemigram_core.masks.png.header import MAX_BYTES, ColorType, PngHeader

_CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_COLOR_KEY_BYTES = {ColorType.GRAY: 2, ColorType.RGB: 6}


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its four letters and its data, not copied."""

    kind: bytes
    data: memoryview


@dataclass(frozen=True, slots=True)
class Picture:
    """What pixels depend on: header, palette (3 bytes an entry), transparency (tRNS), image data in pieces."""

    header: PngHeader
    palette: memoryview
    transparency: memoryview
    image_data: tuple[memoryview, ...]


def read_picture(data: bytes | memoryview) -> Picture:
    """The picture in `data`, its structure and every checksum proven. Raises InvalidMask."""
    chunks = list(_walk(memoryview(data)))
    if chunks[0].kind != b"IHDR":
        raise InvalidMask("it does not start with its header")
    header = PngHeader.parse(chunks[0].data)
    _refuse_order([chunk.kind for chunk in chunks])
    picture = Picture(
        header,
        _the_one(chunks, b"PLTE"),
        _the_one(chunks, b"tRNS"),
        tuple(chunk.data for chunk in chunks if chunk.kind == b"IDAT"),
    )
    _refuse_palette(picture)
    _refuse_transparency(picture)
    return picture


def _walk(data: memoryview) -> Iterator[Chunk]:
    if len(data) > MAX_BYTES:
        raise InvalidMask(f"it has more than {MAX_BYTES} bytes")
    if data[:8] != signature.PNG:
        raise InvalidMask("it does not start with the signature of a PNG")
    position, kind = 8, b""
    while kind != b"IEND":
        chunk = _chunk_at(data, position)
        position, kind = position + 12 + len(chunk.data), chunk.kind
        yield chunk
    if position != len(data):
        raise InvalidMask(f"{len(data) - position} bytes follow its end")


def _chunk_at(data: memoryview, position: int) -> Chunk:
    if position + 12 > len(data):
        raise InvalidMask(f"it is cut off after {len(data)} bytes")
    length, kind = struct.unpack_from(">I4s", data, position)
    if not kind.isalpha():
        raise InvalidMask(f"at byte {position} there is no chunk")
    end = position + 8 + length
    if end + 4 > len(data):
        raise InvalidMask(f"it is cut off in its {kind.decode()} chunk at byte {position}")
    if zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
        raise InvalidMask(f"the checksum of its {kind.decode()} chunk at byte {position} is wrong")
    if kind[:1].isupper() and kind not in _CRITICAL:
        raise InvalidMask(f"it needs an unknown chunk {kind.decode()}")
    return Chunk(kind, data[position + 8 : end])


def _refuse_order(kinds: list[bytes]) -> None:
    runs = [kind for kind, _ in groupby(kinds)]
    if kinds.count(b"IHDR") > 1:
        raise InvalidMask("it has two headers")
    if b"IDAT" not in runs:
        raise InvalidMask("it has no image data")
    if runs.count(b"IDAT") > 1:
        raise InvalidMask("its image data is interrupted by another chunk")
    for kind in (b"PLTE", b"tRNS"):
        if kinds.count(kind) > 1:
            raise InvalidMask(f"it has two {kind.decode()} chunks")
        if kind in runs and runs.index(kind) > runs.index(b"IDAT"):
            raise InvalidMask(f"its {kind.decode()} chunk comes after the image data")
    if b"PLTE" in runs and b"tRNS" in runs and runs.index(b"PLTE") > runs.index(b"tRNS"):
        raise InvalidMask("its transparency comes before its palette")


def _the_one(chunks: list[Chunk], kind: bytes) -> memoryview:
    return next((chunk.data for chunk in chunks if chunk.kind == kind), memoryview(b""))


def _refuse_palette(picture: Picture) -> None:
    entries, rest = divmod(len(picture.palette), 3)
    match picture.header.color_type:
        case ColorType.PALETTE:
            legal = not rest and 1 <= entries <= 1 << picture.header.bit_depth
        case ColorType.GRAY | ColorType.GRAY_ALPHA:
            legal = not picture.palette
        case ColorType.RGB | ColorType.RGBA:  # only a suggestion there
            legal = not rest and entries <= 256
    if not legal:
        raise InvalidMask(f"its palette has {len(picture.palette)} bytes, which does not fit its pixels")


def _refuse_transparency(picture: Picture) -> None:
    match picture.header.color_type:
        case ColorType.PALETTE:
            legal = len(picture.transparency) <= len(picture.palette) // 3
        case ColorType.GRAY | ColorType.RGB as color:
            legal = len(picture.transparency) in {0, _COLOR_KEY_BYTES[color]}
        case ColorType.GRAY_ALPHA | ColorType.RGBA:
            legal = not picture.transparency
    if not legal:
        raise InvalidMask(f"its transparency has {len(picture.transparency)} bytes, which does not fit its pixels")
