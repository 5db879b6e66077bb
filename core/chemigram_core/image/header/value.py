"""The values in the header of an image file. Knows no format."""

from __future__ import annotations

from typing import NamedTuple

ORIENTATION = 0x0112  # the tag, in TIFF as in Exif


class Borders(NamedTuple):
    """Pixels at the edges of a sensor that are not part of the picture."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


NO_BORDERS = Borders()


class Header(NamedTuple):
    """The size in pixels as they are stored; the orientation as Exif numbers it, 0 if the file has none.

    `borders`: of a raw file, whose size is that of the sensor; None of any other.
    """

    width: int
    height: int
    orientation: int = 0
    borders: Borders | None = None
