"""The two spellings in which darktable writes binary values, and the bytes they stand for. Knows no property.

Source: darktable's src/common/exif.cc, dt_exif_xmp_decode: `gzNN` + base64 of a zlib stream (NN is only a hint of
its ratio), or lower-case hexadecimal. zlib's bytes differ between libraries, so values are compared decoded.
"""

from __future__ import annotations

import base64
import re
import zlib

MAX_DECODED_BYTES = 1024 * 1024  # real values have up to 100 KB; zlib could make a thousand times its own size

_COMPRESSED = re.compile(r"gz[0-9]{2}([A-Za-z0-9+/]*={0,2})", re.ASCII)
_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


def decoded(text: str) -> bytes | None:
    """The bytes that `text` stands for; None when it is neither spelling, or larger than MAX_DECODED_BYTES."""
    if found := _COMPRESSED.fullmatch(text):
        return _inflated(found[1])
    return bytes.fromhex(text) if _HEXADECIMAL.fullmatch(text) else None


def _inflated(text: str) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(base64.b64decode(text, validate=True), MAX_DECODED_BYTES)
    except (ValueError, zlib.error):
        return None
    return data if stream.eof and not stream.unused_data else None
