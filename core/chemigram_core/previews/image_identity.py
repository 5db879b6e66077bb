"""The identity of the image in a preview: size and time, which stay when it is moved or copied. Reads no image."""

from __future__ import annotations

import os
from hashlib import sha256

from chemigram_core.image.errors import ImageUnavailable
from chemigram_core.image.location import locate
from chemigram_core.image.raw_folder import Image

IDENTITY_DIGITS = 16


def image_identity(status: os.stat_result) -> str:
    """The identity of an image with these attributes."""
    return sha256(f"{status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:IDENTITY_DIGITS]


def present_identity(image: Image | None) -> str | None:
    """The identity of the current image; None if it is missing, or the repository has none."""
    try:
        return None if image is None else image_identity(locate(image).status)
    except (ImageUnavailable, OSError):
        return None
