"""PNGs without compression: their size is known before, their bytes are always the same, every program reads them."""

from __future__ import annotations

import io
import random
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from chemigram_core.masks.png import ColorType, PngHeader, check
from chemigram_core.masks.png.pixels import decode
from chemigram_core.masks.png.uncompressed import gray_png, gray_png_bytes

BLOCK = 65_535
SIZES = [
    (1, 1),
    (1, 300),
    (300, 1),
    (301, 200),
    (BLOCK - 1, 1),
    (BLOCK, 1),
    (BLOCK - 1, 2),
    (4, BLOCK // 5),
    (1600, 1067),
]
READERS: Sequence[tuple[str, Sequence[str], str]] = [
    ("identify", ["-format", "%m %w %h %[colorspace] %z"], "PNG 301 200 Gray 8"),
    ("exiv2", ["print"], "301 x 200"),
    ("exiftool", ["-validate", "-warning"], "Validate                        : OK\n"),
    ("feh", ["--list"], "png\t301\t200\t"),
]


def noise(width: int, height: int) -> bytes:
    return random.Random(width).randbytes(width * height)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_size_and_pixels_are_as_said(width: int, height: int) -> None:
    pixels = noise(width, height)
    png = gray_png(width, height, pixels)
    assert len(png) == gray_png_bytes(width, height)
    assert check(png) == PngHeader(width, height, 8, ColorType.GRAY, interlaced=False)
    assert decode(png).tobytes() == pixels
    with Image.open(io.BytesIO(png)) as opened:
        assert (opened.mode, opened.size, opened.tobytes()) == ("L", (width, height), pixels)


def test_the_size_is_that_of_the_specification() -> None:
    rows = 1067 * 1601
    assert gray_png_bytes(1600, 1067) == 8 + 25 + 12 + (2 + rows + 5 * 27 + 4) + 12


def test_equal_pixels_are_equal_bytes_on_every_machine() -> None:
    png = gray_png(40, 30, bytes(range(120)) * 10)
    assert sha256(png).hexdigest() == "7022398d351eede1976b7265d8526ce5cc04d4ebb39c7d81a49124385ef8b1a7"


@pytest.mark.parametrize(
    ("program", "arguments", "answer"),
    [pytest.param(*reader, marks=pytest.mark.needs_program(reader[0]), id=reader[0]) for reader in READERS],
)
def test_programs_read_uncompressed_pngs(tmp_path: Path, program: str, arguments: Sequence[str], answer: str) -> None:
    done = subprocess.run([program, *arguments, written(tmp_path)], capture_output=True, text=True, check=False)
    assert answer in done.stdout, done.stderr


@pytest.mark.needs_program("convert")
def test_imagemagick_decodes_each_pixel(tmp_path: Path) -> None:
    done = subprocess.run(["convert", written(tmp_path), "gray:-"], capture_output=True, check=True)
    assert done.stdout == noise(301, 200)


def written(folder: Path) -> Path:
    file = folder / "mask.png"
    file.write_bytes(gray_png(301, 200, noise(301, 200)))
    return file
