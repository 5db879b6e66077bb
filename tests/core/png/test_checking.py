"""Every kind of whole PNG is accepted, and everything broken is refused with its reason."""

from __future__ import annotations

import io
import random
import tracemalloc
import zlib

import pytest
from PIL import Image

from chemigram_core.errors import InvalidMask
from chemigram_core.masks.png import check
from tests.core.png.pictures import KINDS, SAMPLES, SIGNATURE, assemble, chunk, ihdr, png

GRAY = [[(7,), (9,)], [(11,), (13,)]]
DATA = chunk(b"IDAT", zlib.compress(b"\0\x07\x09\0\x0b\x0d"))
HEADER = ihdr(2, 2, 8, 0)
END = chunk(b"IEND")
PALETTE = chunk(b"PLTE", bytes(range(12)))


def some_picture(color: int, depth: int, interlace: int) -> bytes:
    rng = random.Random(color * 100 + depth)
    grid = [[tuple(rng.randrange(1 << depth) for _ in range(SAMPLES[color])) for _ in range(11)] for _ in range(9)]
    palette = [chunk(b"PLTE", rng.randbytes(3 << depth))] if color == 3 else []
    return png(grid, color, depth, interlace=interlace, extra=palette)


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize(("color", "depth"), KINDS)
def test_every_kind_of_picture_is_accepted(color: int, depth: int, interlace: int) -> None:
    header = check(some_picture(color, depth, interlace))
    assert (header.width_pixels, header.height_pixels) == (11, 9)
    assert (header.bit_depth, header.color_type, header.interlaced) == (depth, color, bool(interlace))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 3), (5, 5)])
def test_interlaced_pictures_may_lack_passes(size: tuple[int, int]) -> None:
    width, height = size
    assert check(png([[(1,)] * width] * height, 0, 8, interlace=1)).interlaced


def test_image_data_may_come_in_any_pieces_and_as_a_view() -> None:
    noise = [[(value,) for value in random.Random(3).randbytes(40)] for _ in range(40)]
    for size in (1, 7, 100):
        assert check(memoryview(png(noise, 0, 8, idat_bytes=size))).width_pixels == 40
    assert check(assemble(HEADER, chunk(b"IDAT"), DATA, chunk(b"IDAT"), END)).height_pixels == 2


def test_pillows_ancillary_chunks_are_accepted() -> None:
    saved = io.BytesIO()
    Image.effect_noise((300, 200), 40).save(saved, "PNG", dpi=(300, 300), icc_profile=b"x" * 200)
    assert check(saved.getvalue()).width_pixels == 300


BROKEN = {
    "nothing": (b"", "signature"),
    "another file": (b"GIF89a" + bytes(40), "signature"),
    "only the signature": (SIGNATURE, "cut off"),
    "no header": (assemble(DATA, END), "header"),
    "a header of 14 bytes": (assemble(chunk(b"IHDR", bytes(14)), DATA, END), "13"),
    "two headers": (assemble(HEADER, HEADER, DATA, END), "two headers"),
    "no width": (assemble(ihdr(0, 2, 8, 0), DATA, END), "no pixels"),
    "an unknown colour type": (assemble(ihdr(2, 2, 8, 5), DATA, END), "colour type 5"),
    "an illegal depth": (assemble(ihdr(2, 2, 4, 2), DATA, END), "4 bits"),
    "unknown interlacing": (assemble(ihdr(2, 2, 8, 0, 2), DATA, END), "unknown compression"),
    "no image data": (assemble(HEADER, END), "no image data"),
    "no end": (assemble(HEADER, DATA), "cut off"),
    "bytes after the end": (assemble(HEADER, DATA, END, b"\n"), "1 bytes follow"),
    "interrupted image data": (assemble(HEADER, DATA, chunk(b"tEXt", b"a\0b"), chunk(b"IDAT"), END), "interrupted"),
    "a chunk that is needed but unknown": (assemble(HEADER, chunk(b"NeEd"), DATA, END), "NeEd"),
    "no chunk where one should be": (assemble(HEADER, DATA, bytes(12), END), "no chunk"),
    "a chunk longer than the file": (assemble(HEADER, b"\xff\xff\xff\xffIDAT"), "cut off"),
    "a palette for gray": (assemble(HEADER, PALETTE, DATA, END), "palette"),
    "no palette": (assemble(ihdr(2, 2, 8, 3), DATA, END), "palette"),
    "a palette of 13 bytes": (assemble(ihdr(2, 2, 8, 3), chunk(b"PLTE", bytes(13)), DATA, END), "palette"),
    "a palette too long for its depth": (assemble(ihdr(2, 2, 1, 3), PALETTE, DATA, END), "palette"),
    "two palettes": (assemble(ihdr(2, 2, 8, 3), PALETTE, PALETTE, DATA, END), "two PLTE"),
    "a palette after the data": (assemble(ihdr(2, 2, 8, 3), DATA, PALETTE, END), "after the image data"),
    "a colour outside the palette": (assemble(ihdr(2, 2, 8, 3), PALETTE, DATA, END), "not in its palette"),
    "transparency of the wrong size": (assemble(HEADER, chunk(b"tRNS", b"1"), DATA, END), "transparency"),
    "transparency with alpha": (assemble(ihdr(2, 2, 8, 6), chunk(b"tRNS", b"12"), DATA, END), "transparency"),
    "rows cut short": (assemble(HEADER, chunk(b"IDAT", zlib.compress(bytes(5))), END), "less image data"),
    "rows too many": (assemble(HEADER, chunk(b"IDAT", zlib.compress(bytes(7))), END), "more image data"),
    "no stream": (assemble(HEADER, chunk(b"IDAT", b"no zlib"), END), "decompressed"),
    "a stream cut off": (assemble(HEADER, chunk(b"IDAT", zlib.compress(bytes(6))[:-1]), END), "too early"),
    "a wrong checksum": (assemble(HEADER, chunk(b"IDAT", zlib.compress(bytes(6))[:-1] + b"?"), END), "incorrect"),
    "bytes after the stream": (assemble(HEADER, chunk(b"IDAT", zlib.compress(bytes(6)) + b"?"), END), "bytes follow"),
    "a chunk after the stream": (assemble(HEADER, DATA, chunk(b"IDAT", b"?"), END), "bytes follow"),
    "an unknown filter": (assemble(HEADER, chunk(b"IDAT", zlib.compress(b"\0ab\x05cd")), END), "filter"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_pictures_are_refused_with_the_reason(name: str) -> None:
    data, reason = BROKEN[name]
    with pytest.raises(InvalidMask) as refused:
        check(data)
    assert reason in refused.value.reason


def test_every_truncation_is_refused() -> None:
    whole = some_picture(6, 16, 1)
    for length in range(len(whole)):
        with pytest.raises(InvalidMask):
            check(whole[:length])


def test_every_flipped_bit_is_refused() -> None:
    whole = png(GRAY, 0, 8, extra=[chunk(b"tEXt", b"k\0v")])
    for at in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[at // 8] ^= 1 << at % 8
        with pytest.raises(InvalidMask):
            check(bytes(damaged))


@pytest.mark.parametrize(("width", "height"), [(1 << 31, 1), (100_000, 100_000), ((1 << 32) - 1, (1 << 32) - 1)])
def test_oversized_picture_is_refused_before_inflating(width: int, height: int) -> None:
    with pytest.raises(InvalidMask, match="more than"):
        check(assemble(ihdr(width, height, 8, 0), chunk(b"IDAT", b"never looked at"), END))


def test_deep_pictures_are_bounded_by_bytes_too() -> None:
    with pytest.raises(InvalidMask, match="bytes of pixels"):
        check(assemble(ihdr(1 << 14, 1 << 14, 16, 6), DATA, END))


def test_decompression_bomb_is_inflated_only_to_its_declared_size() -> None:
    bomb = chunk(b"IDAT", zlib.compress(bytes(200 << 20), 9))
    tracemalloc.start()
    with pytest.raises(InvalidMask, match="more image data"):
        check(assemble(HEADER, bomb, END))
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_a_large_picture_is_checked_in_little_memory() -> None:
    large = assemble(ihdr(8000, 8000, 8, 0), chunk(b"IDAT", zlib.compress(bytes(8001 * 8000), 1)), END)
    tracemalloc.start()
    assert check(large).height_pixels == 8000
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
