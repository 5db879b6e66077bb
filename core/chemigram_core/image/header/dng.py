"""The header of a DNG file: the sensor, and which part of it is the picture.

Source: DNG 1.6; DngDecoder of rawspeed, with which darktable reads it.
"""

from __future__ import annotations

from chemigram_core.image.header.tiff import Directory, Tiff
from chemigram_core.image.header.value import ORIENTATION, Borders, Header

VERSION = 0xC612
_NEW_SUBFILE_TYPE, _WIDTH, _HEIGHT, _COMPRESSION = 0x00FE, 0x0100, 0x0101, 0x0103
_ACTIVE_AREA, _CROP_ORIGIN, _CROP_SIZE = 0xC68D, 0xC61F, 0xC620
_REDUCED = 1
_OF_RAW = frozenset((1, 7, 8, 9, 0x884C))  # compressions


def dng_header(tiff: Tiff) -> Header:
    """The size 0 if it holds no raw image. Raises struct.error where it is damaged."""
    found = next((each for each in tiff.directories() if _is_raw(each)), None)
    if found is None:
        return Header(0, 0)
    width, height = found.number(_WIDTH), found.number(_HEIGHT)
    return Header(width, height, tiff.root().number(ORIENTATION), _borders(found, width, height))


def _is_raw(directory: Directory) -> bool:
    return directory.number(_COMPRESSION) in _OF_RAW and not directory.number(_NEW_SUBFILE_TYPE) & _REDUCED


def _borders(directory: Directory, width: int, height: int) -> Borders:
    """The borders outside of the active area, and of the crop inside it; areas that are too large are ignored."""
    x0, y0, x1, y1 = 0, 0, width, height
    match [int(number) for number in directory.numbers(_ACTIVE_AREA)]:
        case [top, left, bottom, right] if 0 <= left < right <= width and 0 <= top < bottom <= height:
            x0, y0, x1, y1 = left, top, right, bottom
    match [int(number) for number in (*directory.numbers(_CROP_ORIGIN), *directory.numbers(_CROP_SIZE))]:
        case [left, top, across, down] if x0 + left + across <= x1 and y0 + top + down <= y1:
            x0, y0 = x0 + left, y0 + top
            x1, y1 = x0 + across, y0 + down
    return Borders(x0, y0, width - x1, height - y1)
