"""Reads the header of an image file of any known format."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from chemigram_core.image.header.dng import VERSION, dng_header
from chemigram_core.image.header.jpeg import SIGNATURE as JPEG
from chemigram_core.image.header.jpeg import jpeg_header
from chemigram_core.image.header.png import png_header
from chemigram_core.image.header.tiff import Tiff
from chemigram_core.image.header.value import ORIENTATION, Header
from chemigram_core.image.header.window import TooMuch, Window
from chemigram_core.signature import PNG

_WIDTH, _HEIGHT = 0x0100, 0x0101
_TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RAW = re.compile(rb"FUJIFILM|IIRO|IIRS|MMOR|IIU\0|....ftypcrx ", re.DOTALL)  # RAF, ORF, RW2, CR3
_TIFF_NAMES = (".tif", ".tiff")
_LONGEST_SIDE = 1 << 20  # pixels: larger values are not sizes
_NO_SENSOR = (  # darktable's decoder takes it from the camera's own format, and from a table of cameras
    "where a shape is depends on the size of the whole sensor, which DNG, TIFF, JPEG and PNG files give and other"
    " raw files do not; darktable-cli exports their masks with --export_masks true"
)


class UnknownHeader(ValueError):
    """A header without reliable values; the message is the reason, as a clause."""


def read_header(file: BinaryIO, name: str) -> Header:
    """The header of the image `file`, whose `name` decides whether a TIFF is a picture or some camera's raw file.

    Raises UnknownHeader; OSError as read(2).
    """
    try:
        header = _header(Window(file), name.lower())
    except UnknownHeader:
        raise
    except TooMuch as error:
        raise UnknownHeader(str(error)) from error
    except (struct.error, OverflowError, ValueError) as error:
        raise UnknownHeader("the image's header is damaged") from error
    if not (0 < header.width <= _LONGEST_SIDE and 0 < header.height <= _LONGEST_SIDE):
        raise UnknownHeader("the image's header gives no size")
    return header


def _header(window: Window, name: str) -> Header:
    window.seek(0)
    head = window.read(12)
    if head.startswith(JPEG):
        return jpeg_header(window)
    if head.startswith(PNG):
        return png_header(window)
    if head.startswith(_TIFFS):
        return _tiff_header(Tiff(window), name)
    raise UnknownHeader(_NO_SENSOR if _RAW.match(head) else "can't read the size of this type of image file")


def _tiff_header(tiff: Tiff, name: str) -> Header:
    root = tiff.root()
    if VERSION in root.entries and not name.endswith(_TIFF_NAMES):
        return dng_header(tiff)
    if VERSION in root.entries or not name.endswith(_TIFF_NAMES):
        raise UnknownHeader(_NO_SENSOR)
    return Header(root.number(_WIDTH), root.number(_HEIGHT), root.number(ORIENTATION))
