"""How a picture is turned and mirrored on its way through darktable's `flip`. Knows no picture.

Source: dt_image_orientation_t in darktable's src/common/image.h, distort_transform in src/iop/flip.c.
"""

from __future__ import annotations

from enum import IntFlag
from typing import Protocol, Self, TypeVar

_OF_EXIF = (0, 0, 2, 3, 1, 4, 5, 7, 6)  # by Exif orientation


class _Numbers(Protocol):
    """Numbers, or an array of them."""

    def __add__(self, other: int, /) -> Self: ...

    def __sub__(self, other: int, /) -> Self: ...

    def __rsub__(self, other: int, /) -> Self: ...


Places = TypeVar("Places", bound=_Numbers)


class Turn(IntFlag):
    """What is done, in this order; a quarter turn is a mirrored picture with its axes swapped."""

    NONE = 0
    DOWN = 1  # mirrored from top to bottom
    ACROSS = 2  # from left to right
    SWAPPED = 4

    @classmethod
    def of_exif(cls, orientation: int) -> Turn:
        """The turn that makes a picture with this orientation upright; no turn for an unknown orientation."""
        return cls(_OF_EXIF[orientation] if 0 < orientation < len(_OF_EXIF) else 0)

    def turned_by(self, other: Turn) -> Turn:
        """This turn of an image with one that the user added on top; as darktable joins them, which is not always one
        after the other (merge_two_orientations in flip.c)."""
        first = self
        if other & Turn.SWAPPED:
            across, down = Turn.ACROSS if self & Turn.DOWN else 0, Turn.DOWN if self & Turn.ACROSS else 0
            first = Turn(self & Turn.SWAPPED | across | down)
        return first ^ other

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Of a picture once it is turned; or of one that was turned, before."""
        return (height, width) if self & Turn.SWAPPED else (width, height)

    def place(self, x: Places, y: Places, width: int, height: int) -> tuple[Places, Places]:
        """The new position of a position in a picture of this size."""
        x, y = width - x if self & Turn.ACROSS else x, height - y if self & Turn.DOWN else y
        return (y, x) if self & Turn.SWAPPED else (x, y)

    def origin(self, x: Places, y: Places, width: int, height: int) -> tuple[Places, Places]:
        """The old position of a position in the turned picture; the size is the old one."""
        if self & Turn.SWAPPED:
            x, y = y, x
        return (width - x if self & Turn.ACROSS else x, height - y if self & Turn.DOWN else y)
