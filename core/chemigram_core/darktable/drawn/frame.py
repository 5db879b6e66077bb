"""The frame in which darktable places drawn shapes, and the picture of it. Knows no shapes."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace

from chemigram_core.darktable.drawn.turn import Places, Turn
from chemigram_core.image.header import NO_BORDERS, Borders

LONGEST_SIDE = 1600  # of a picture, in pixels: no larger one is needed to look at


@dataclass(frozen=True, slots=True)
class Frame:
    """What enters darktable's pixel pipe: `width` and `height` in pixels, before anything is cropped or turned.

    The picture is what `borders` leave of it, after `turn`.
    """

    width: int
    height: int
    borders: Borders = NO_BORDERS
    turn: Turn = Turn.NONE

    @property
    def shorter_side(self) -> int:
        """The unit of lengths, which are shares of it; in pixels."""
        return min(self.width, self.height)

    @property
    def visible(self) -> tuple[int, int]:
        """The size without borders, before it is turned."""
        left, top, right, bottom = self.borders
        return self.width - left - right, self.height - top - bottom

    def place(self, x: Places, y: Places) -> tuple[Places, Places]:
        """The position in the full-size picture of a position in the frame."""
        return self.turn.place(x - self.borders.left, y - self.borders.top, *self.visible)

    def origin(self, x: Places, y: Places) -> tuple[Places, Places]:
        """The position in the frame of a position in the picture."""
        x, y = self.turn.origin(x, y, *self.visible)
        return x + self.borders.left, y + self.borders.top

    def reduced(self, longest: int = LONGEST_SIDE) -> Raster:
        """The raster of a picture that is at most `longest` pixels wide and high."""
        width, height = self.turn.size(*self.visible)
        scale = min(longest / width, longest / height, 1.0)
        pixels = int(scale * width + 0.8), int(scale * height + 0.8)
        return Raster(self, *pixels, scale * self._correction(pixels[0] / scale, pixels[1] / scale))

    def _correction(self, width: float, height: float) -> float:
        """darktable enlarges a picture whose rounded size, from its upper left corner, would reach beyond the frame."""
        x, y = self.origin(0.0, 0.0)
        if math.ceil(width) + x <= self.width and math.ceil(height) + y <= self.height:
            return 1.0
        width, height = self.turn.size(*self.visible)
        return max((width + 1) / width, (height + 1) / height)


@dataclass(frozen=True, slots=True)
class Raster:
    """The pixels of a picture, or of a part of it: `scale` of them, across and down, for each pixel of the frame.

    They begin at `start`, in pixels of the whole picture. darktable's grid and its rounding begin there.
    """

    frame: Frame
    width: int
    height: int
    scale: float
    start: tuple[int, int] = (0, 0)

    @property
    def as_taken(self) -> Raster:
        """The pixels before the picture is turned: a mirrored one ends where the whole one ends.

        Source: modify_roi_in() in darktable's src/iop/flip.c.
        """
        turn, (width, height) = self.frame.turn, self.frame.turn.size(self.width, self.height)
        right, bottom = (int(_in_32_bits(_in_32_bits(self.scale) * pixels)) for pixels in self.frame.visible)
        start = max(right - width, 0) if turn & Turn.ACROSS else 0, max(bottom - height, 0) if turn & Turn.DOWN else 0
        return Raster(replace(self.frame, turn=Turn.NONE), width, height, self.scale, start)

    @property
    def step(self) -> int:
        """The step in pixels at which smooth shapes are computed; darktable interpolates in between."""
        return min(max(int((10 * self.scale + 2) / 3), 1), 4)


def _in_32_bits(number: float) -> float:
    """What darktable multiplies with; a product that should be whole can be a pixel less."""
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded
