"""The frame in which darktable places drawn shapes, and the picture of it. Knows no shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass

LONGEST_SIDE = 1600  # of a picture, in pixels: no larger one is needed to look at


@dataclass(frozen=True, slots=True)
class Frame:
    """What enters darktable's pixel pipe: `width` and `height` in pixels, before anything is cropped or turned."""

    width: int
    height: int

    @property
    def shorter_side(self) -> int:
        """What lengths are shares of, in pixels."""
        return min(self.width, self.height)

    def reduced(self, longest: int = LONGEST_SIDE) -> Raster:
        """The raster of a picture of the frame that is at most `longest` pixels wide and high."""
        if max(self.width, self.height) <= longest:
            return Raster(self, self.width, self.height, 1.0)
        scale = min(longest / self.width, longest / self.height)
        width, height = int(scale * self.width + 0.8), int(scale * self.height + 0.8)
        return Raster(self, width, height, scale * self._correction(width / scale, height / scale))

    def _correction(self, width: float, height: float) -> float:
        """darktable enlarges a picture whose rounded size would reach beyond the frame."""
        if math.ceil(width) <= self.width and math.ceil(height) <= self.height:
            return 1.0
        return max((self.width + 1) / self.width, (self.height + 1) / self.height)


@dataclass(frozen=True, slots=True)
class Raster:
    """The pixels of a picture: `scale` of them, across and down, for each pixel of the frame."""

    frame: Frame
    width: int
    height: int
    scale: float

    @property
    def step(self) -> int:
        """Of how many pixels one is computed for the smooth shapes; darktable interpolates between them."""
        return min(max(int((10 * self.scale + 2) / 3), 1), 4)
