"""Raw files, as cameras write them, with a gray sensor. Facts: TIFF 6.0, DNG 1.4."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_BYTE, _ASCII, _SHORT, _LONG, _SIGNED_FRACTION = 1, 2, 3, 4, 10
_LAYOUTS = {_BYTE: "B", _ASCII: "B", _SHORT: "H", _LONG: "I", _SIGNED_FRACTION: "i"}
_MATRIX = [number for row in ((1, 0, 0), (0, 1, 0), (0, 0, 1)) for value in row for number in (value, 1)]


def dng(
    size: tuple[int, int],
    *,
    orientation: int = 1,
    active: Sequence[int] = (),
    origin: Sequence[int] = (),
    size_of_crop: Sequence[int] = (),
) -> bytes:
    """A DNG with a Bayer sensor of this size. `active`: top, left, bottom, right; `origin` and the size are x, y."""
    width, height = size
    pixels = b"".join(struct.pack("<H", 3000 + (x * 37 + y * 91) % 4000) for y in range(height) for x in range(width))
    tags = {
        254: (_LONG, [0]),
        256: (_LONG, [width]),
        257: (_LONG, [height]),
        258: (_SHORT, [16]),
        259: (_SHORT, [1]),
        262: (_SHORT, [32803]),
        271: (_ASCII, b"Chemfs\0"),
        272: (_ASCII, b"Sample\0"),
        273: (_LONG, [0]),
        274: (_SHORT, [orientation]),
        277: (_SHORT, [1]),
        278: (_LONG, [height]),
        279: (_LONG, [len(pixels)]),
        33421: (_SHORT, [2, 2]),
        33422: (_BYTE, [0, 1, 1, 2]),
        50706: (_BYTE, [1, 4, 0, 0]),
        50708: (_ASCII, b"Chemfs Sample\0"),
        50714: (_SHORT, [0]),
        50717: (_LONG, [16383]),
        50719: (_LONG, origin),
        50720: (_LONG, size_of_crop),
        50721: (_SIGNED_FRACTION, _MATRIX),
        50728: (5, [1, 1] * 3),
        50778: (_SHORT, [21]),
        50829: (_LONG, active),
    }
    return _tiff({tag: value for tag, value in tags.items() if value[1]}, pixels)


def _tiff(tags: dict[int, tuple[int, Sequence[int]]], pixels: bytes) -> bytes:
    """A file of one directory, its pixels in one strip behind it."""
    place = 8 + 2 + 12 * len(tags) + 4
    stored = {tag: _stored(*value) for tag, value in tags.items()}
    start = place + sum(len(data) + len(data) % 2 for data in stored.values() if len(data) > 4)
    stored[273] = struct.pack("<I", start)
    entries, values = b"", b""
    for tag, (kind, numbers) in sorted(tags.items()):
        data, count = stored[tag], len(numbers) // (2 if kind in {5, 10} else 1)
        field = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", place + len(values))
        values += data + bytes(len(data) % 2) if len(data) > 4 else b""
        entries += struct.pack("<HHI4s", tag, kind, count, field)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + values + pixels


def _stored(kind: int, numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}{_LAYOUTS.get(kind, 'I')}", *numbers)
