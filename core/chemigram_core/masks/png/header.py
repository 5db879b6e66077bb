"""The header of a PNG (IHDR): what it may say, and how many bytes of rows follow from it. Knows no other chunk."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from math import ceil

from chemigram_core.errors import InvalidMask
from chemigram_core.layout import MASK_BYTES

MAX_PIXELS = 1 << 28  # 268 million: above every sensor, with room for a panorama
MAX_INFLATED_BYTES = 1 << 30
MAX_PALETTE_PIXELS = 100_000_000  # their check has to decode them whole
MAX_DECODING_BYTES = 420_000_000  # to take at once: gray of 8 bits up to 105 million pixels, of 16 up to 46
MAX_BYTES = MASK_BYTES


class ColorType(IntEnum):
    """What the samples of a pixel mean."""

    GRAY = 0
    RGB = 2
    PALETTE = 3
    GRAY_ALPHA = 4
    RGBA = 6


_SAMPLES = {ColorType.GRAY: 1, ColorType.RGB: 3, ColorType.PALETTE: 1, ColorType.GRAY_ALPHA: 2, ColorType.RGBA: 4}
_DEPTHS = {
    ColorType.GRAY: {1, 2, 4, 8, 16},
    ColorType.RGB: {8, 16},
    ColorType.PALETTE: {1, 2, 4, 8},
    ColorType.GRAY_ALPHA: {8, 16},
    ColorType.RGBA: {8, 16},
}
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass(frozen=True, slots=True)
class PngHeader:
    """Size, depth (bits of a sample) and kind of pixels; `interlaced` is Adam7."""

    width_pixels: int
    height_pixels: int
    bit_depth: int
    color_type: ColorType
    interlaced: bool

    @classmethod
    def parse(cls, ihdr: bytes | memoryview) -> PngHeader:
        """The header in the data of an IHDR chunk. Raises InvalidMask for illegal values and above limits."""
        if len(ihdr) != 13:
            raise InvalidMask(f"its header has {len(ihdr)} bytes instead of 13")
        width, height, depth, color, compression, filtering, interlace = struct.unpack(">IIBBBBB", ihdr)
        if color not in _SAMPLES or depth not in _DEPTHS[ColorType(color)]:
            raise InvalidMask(f"there is no colour type {color} with {depth} bits")
        if compression or filtering or interlace > 1:
            raise InvalidMask("unknown compression, filter or interlace method")
        header = cls(width, height, depth, ColorType(color), interlace == 1)
        header._refuse_size()
        return header

    @property
    def samples_per_pixel(self) -> int:
        """1 to 4; a palette index is one sample."""
        return _SAMPLES[self.color_type]

    def passes(self) -> list[tuple[int, int]]:
        """(rows, bytes of a row with its leading filter byte) of every pass that has pixels, in file order."""
        sizes = (
            (ceil((self.width_pixels - x) / dx), ceil((self.height_pixels - y) / dy))
            for x, y, dx, dy in (_ADAM7 if self.interlaced else _WHOLE)
        )
        bits = self.bit_depth * self.samples_per_pixel
        return [(rows, 1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0 and rows > 0]

    @property
    def decoding_bytes(self) -> int:
        """What decoding takes at the most, measured: Pillow's own form, an array, and copies between them."""
        of_gray, of_others = (4, 11) if self.bit_depth <= 8 else (9, 29)
        bytes_per_pixel = of_gray if self.color_type is ColorType.GRAY else of_others
        return bytes_per_pixel * self.width_pixels * self.height_pixels

    @property
    def inflated_bytes(self) -> int:
        """The exact size of the image data once inflated."""
        return sum(rows * row_bytes for rows, row_bytes in self.passes())

    def _refuse_size(self) -> None:
        if not self.width_pixels or not self.height_pixels:
            raise InvalidMask("it has no pixels")
        if self.width_pixels * self.height_pixels > MAX_PIXELS:
            raise InvalidMask(f"{self.width_pixels} x {self.height_pixels} pixels are more than {MAX_PIXELS}")
        if self.color_type is ColorType.PALETTE and self.width_pixels * self.height_pixels > MAX_PALETTE_PIXELS:
            raise InvalidMask(f"its pixels are more than the {MAX_PALETTE_PIXELS} that a palette may have")
        if self.inflated_bytes > MAX_INFLATED_BYTES:
            raise InvalidMask(f"its {self.inflated_bytes} bytes of pixels are more than {MAX_INFLATED_BYTES}")
