"""The header of a PNG file. Source: PNG, sections 5 and 11."""

from __future__ import annotations

import struct

from chemigram_core.image.header.jpeg import exif_orientation
from chemigram_core.image.header.value import Header
from chemigram_core.image.header.window import Window
from chemigram_core.signature import PNG

_CRC_BYTES = 4
_MOST_EXIF = 1 << 20


def png_header(window: Window) -> Header:
    """Raises struct.error where it is damaged, TooMuch."""
    window.seek(len(PNG))
    size, orientation = (0, 0), 0
    while len(head := window.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        following = window.tell() + length + _CRC_BYTES
        if kind == b"IHDR":
            size = struct.unpack(">II", window.read(8))
        if kind == b"eXIf" and length <= _MOST_EXIF:
            orientation = exif_orientation(window.read(length))
        if kind == b"IEND":
            break
        window.seek(following)
    return Header(*size, orientation=orientation)
