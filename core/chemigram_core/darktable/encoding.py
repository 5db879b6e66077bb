"""The two spellings in which darktable writes binary values, and the bytes they stand for. Knows no property.

Source: darktable's src/common/exif.cc, dt_exif_xmp_decode: `gzNN` + base64 of a zlib stream (NN is only a hint of
its ratio), or lower-case hexadecimal. zlib's bytes differ between libraries, so values are compared decoded.
"""

from __future__ import annotations

import base64
import re
import zlib

MAX_DECODED_BYTES = 1024 * 1024  # real values have up to 100 KB; zlib could make a thousand times its own size

_RATIO = re.compile(r"gz[0-9]{2}", re.ASCII)


def decoded(text: str) -> bytes | None:
    """The bytes encoded in `text`; None if it has neither encoding, or is larger than MAX_DECODED_BYTES."""
    try:
        return _inflated(text[4:]) if _RATIO.match(text) else _of_digits(text)
    except (ValueError, zlib.error):
        return None


def _inflated(text: str) -> bytes | None:
    stream = zlib.decompressobj()
    data = stream.decompress(base64.b64decode(text, validate=True), MAX_DECODED_BYTES)
    return data if stream.eof and not stream.unused_data else None


def _of_digits(text: str) -> bytes | None:
    """Python also accepts capitals and spaces, darktable does not."""
    data = bytes.fromhex(text)
    return data if data.hex() == text else None
