"""Whether bytes are an entire JPEG."""

from __future__ import annotations

import io

from PIL import Image

from chemigram_core.errors import Refused

_END = b"\xff\xd9"


class InvalidJpeg(Refused):
    """Bytes are not an entire JPEG picture."""

    def __init__(self) -> None:
        super().__init__("not an entire JPEG")


def require_entire(data: bytes) -> None:
    """Decode all pixels. Raises InvalidJpeg."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidJpeg from error
    if not data.endswith(_END):
        raise InvalidJpeg
