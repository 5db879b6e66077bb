"""The header of a JPEG file. Source: ITU T.81, annex B; Exif 2.3, section 4.5.4."""

from __future__ import annotations

import struct
from io import BytesIO

from chemigram_core.image.header.tiff import Tiff
from chemigram_core.image.header.value import ORIENTATION, Header
from chemigram_core.image.header.window import Window

SIGNATURE = b"\xff\xd8\xff"
_EXIF = b"Exif\0\0"
_APP1, _SCAN, _END = 0xE1, 0xDA, 0xD9
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the markers of frames; three have other meanings
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))


def jpeg_header(window: Window) -> Header:
    """Raises struct.error where it is damaged, TooMuch."""
    size, orientation = (0, 0), 0
    window.seek(2)
    while (marker := _marker(window)) not in (_SCAN, _END):
        if marker in _WITHOUT_LENGTH:
            continue
        start, length = window.tell(), struct.unpack(">H", window.read(2))[0]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">xHH", window.read(5))
            size = width, height
        if marker == _APP1 and not orientation and (data := window.read(max(length - 2, 0))).startswith(_EXIF):
            orientation = exif_orientation(data[len(_EXIF) :])
        window.seek(start + length)
    return Header(*size, orientation=orientation)


def exif_orientation(data: bytes) -> int:
    """The orientation in Exif data, 0 if it has none or is damaged."""
    try:
        return Tiff(BytesIO(data)).root().number(ORIENTATION)
    except (struct.error, OverflowError, ValueError):
        return 0


def _marker(window: Window) -> int:
    """The next marker, which any number of bytes 255 may precede."""
    if window.read(1) != b"\xff":
        raise struct.error("a marker is missing")
    while (byte := window.read(1)) == b"\xff":
        pass
    return byte[0] if byte else _END
