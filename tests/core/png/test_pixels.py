"""Pixels are read without loss, and their name depends on nothing else."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidMask
from chemigram_core.masks.png.pixels import decode, pixels_digest
from tests.core.png.pictures import KINDS, SAMPLES, Grid, Pixel, assemble, chunk, ihdr, png


def grid_of(color: int, depth: int, seed: int = 1, width: int = 11, height: int = 13) -> list[list[Pixel]]:
    rng = random.Random(seed)
    return [
        [tuple(rng.randrange(1 << depth) for _ in range(SAMPLES[color])) for _ in range(width)] for _ in range(height)
    ]


def as_rgba16(grid: Grid, color: int, depth: int, palette: bytes = b"") -> list[list[Pixel]]:
    """What the stored samples mean, pixel by pixel, in the widest form."""
    top = (1 << depth) - 1

    def widest(pixel: Pixel) -> Pixel:
        if color == 3:
            return (*(value * 257 for value in palette[3 * pixel[0] : 3 * pixel[0] + 3]), 65535)
        values = [value * 65535 // top for value in pixel]
        alpha = values.pop() if color in {4, 6} else 65535
        return (*(values * (3 if len(values) == 1 else 1)), alpha)

    return [[widest(pixel) for pixel in line] for line in grid]


@pytest.mark.parametrize("interlace", [0, 1])
@pytest.mark.parametrize(("color", "depth"), KINDS)
def test_no_kind_of_picture_loses_a_bit(color: int, depth: int, interlace: int) -> None:
    palette = random.Random(5).randbytes(3 << min(depth, 8))
    grid = grid_of(color, depth)
    extra = [chunk(b"PLTE", palette)] if color == 3 else []
    stored = png(grid, color, depth, interlace=interlace, extra=extra)
    pixels = decode(stored)
    scale = 257 if pixels.dtype == np.uint8 else 1
    gray, alpha = pixels.shape[2] <= 2, pixels.shape[2] in {2, 4}
    read = [
        [
            (*([int(p[0])] * 3 if gray else [int(v) for v in p[:3]]), int(p[-1]) if alpha else 65535 // scale)
            for p in line
        ]
        for line in pixels
    ]
    assert [[tuple(v * scale for v in p) for p in line] for line in read] == as_rgba16(grid, color, depth, palette)


@pytest.mark.parametrize(("color", "depth"), KINDS)
def test_repacked_picture_keeps_its_name(color: int, depth: int) -> None:
    grid = grid_of(color, depth)
    palette = [chunk(b"PLTE", random.Random(5).randbytes(3 << depth))] if color == 3 else []
    names = {
        pixels_digest(png(grid, color, depth, interlace=interlace, filters=filters, level=level, extra=palette))
        for interlace, filters, level in [(0, [0], 0), (0, [4], 9), (1, [2, 3], 6)]
    }
    assert len(names) == 1


@pytest.mark.parametrize(("color", "depth"), KINDS)
def test_the_same_picture_of_the_widest_kind_has_the_same_name(color: int, depth: int) -> None:
    palette = random.Random(5).randbytes(3 << min(depth, 8))
    grid = grid_of(color, depth)
    stored = png(grid, color, depth, extra=[chunk(b"PLTE", palette)] if color == 3 else [])
    assert pixels_digest(stored) == pixels_digest(png(as_rgba16(grid, color, depth, palette), 6, 16))


@pytest.mark.parametrize(("color", "depth"), KINDS)
def test_one_changed_bit_changes_the_name(color: int, depth: int) -> None:
    grid = grid_of(color, depth)
    other = [list(line) for line in grid]
    other[6][5] = (*other[6][5][:-1], other[6][5][-1] ^ 1)
    palette = [chunk(b"PLTE", bytes(range(256)) * 3)] if color == 3 and depth == 8 else []
    palette = palette or ([chunk(b"PLTE", bytes(range(3 << depth)))] if color == 3 else [])
    assert pixels_digest(png(grid, color, depth, extra=palette)) != pixels_digest(
        png(other, color, depth, extra=palette)
    )


def test_shape_is_part_of_the_name() -> None:
    assert len({pixels_digest(png([[(9,)] * w] * h, 0, 8)) for w, h in [(1, 6), (2, 3), (3, 2), (6, 1)]}) == 4


@pytest.mark.parametrize(
    ("color", "key", "grid"),
    [
        (0, b"\0\x05", [[(5,), (6,)]]),
        (2, b"\0\x05\0\x06\0\x07", [[(5, 6, 7), (5, 6, 8)]]),
    ],
)
def test_the_transparent_colour_is_alpha(color: int, key: bytes, grid: Grid) -> None:
    alpha = [[(*pixel, 255 * at) for at, pixel in enumerate(line)] for line in grid]
    assert pixels_digest(png(grid, color, 8, extra=[chunk(b"tRNS", key)])) == pixels_digest(png(alpha, color + 4, 8))


def test_the_transparent_colour_of_16_bits_is_compared_whole() -> None:
    keyed = png([[(0x0105,), (0x0205,)]], 0, 16, extra=[chunk(b"tRNS", b"\x02\x05")])
    assert pixels_digest(keyed) == pixels_digest(png([[(0x0105, 65535), (0x0205, 0)]], 4, 16))


def test_a_palette_may_have_alpha() -> None:
    extra = [chunk(b"PLTE", bytes([1, 1, 1, 9, 9, 9])), chunk(b"tRNS", b"\x07")]
    assert pixels_digest(png([[(0,), (1,)]], 3, 1, extra=extra)) == pixels_digest(png([[(1, 7), (9, 255)]], 4, 8))


def test_a_picture_saved_again_by_pillow_keeps_its_name() -> None:
    noise = Image.effect_noise((120, 90), 40)
    names = set()
    for options in ({"compress_level": 1}, {"optimize": True}, {"compress_level": 9, "dpi": (72, 72)}):
        saved = io.BytesIO()
        noise.save(saved, "PNG", **options)
        names.add(pixels_digest(saved.getvalue()))
    assert len(names) == 1


@given(st.lists(st.lists(st.integers(0, 65535), min_size=3, max_size=3), min_size=1, max_size=6))
def test_simplest_form_has_the_same_pixels(line: Sequence[Sequence[int]]) -> None:
    rgb = [[(r, g, b) for r, g, b in line]]
    pixels = decode(png(rgb, 2, 16))
    assert (pixels.shape[2] == 1) == all(r == g == b for r, g, b in rgb[0])
    assert (pixels.dtype == np.uint8) == all(value % 257 == 0 for pixel in rgb[0] for value in pixel)


def test_pixels_of_a_broken_picture_have_no_name() -> None:
    with pytest.raises(InvalidMask):
        pixels_digest(png([[(1,)] * 9] * 9, 0, 8)[:-20])


def test_huge_picture_is_named_by_its_bytes_without_decoding() -> None:
    data = zlib.compress(bytes(12_001 * 12_000), 9)
    large = assemble(ihdr(12_000, 12_000, 8, 0), chunk(b"IDAT", data), chunk(b"IEND"))
    assert pixels_digest(large) == Digest.of(large)
    with pytest.raises(InvalidMask, match="memory"):
        decode(large)
