"""The file name of a preview: the snapshot, what its pixels depend on, and the checksum of its bytes. Values only."""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple, Self

from chemigram_core.digest import Digest
from chemigram_core.previews.image_identity import IDENTITY_DIGITS

LEAST_PIXELS, MOST_PIXELS = 16, 8192
_PATTERN = re.compile(
    rf"([0-9a-f]{{64}})-([0-9a-f]{{{IDENTITY_DIGITS}}})-([0-9a-f]{{{IDENTITY_DIGITS}}})-([1-9]\d{{0,3}})-([\w.+~]{{1,40}})-([0-9a-f]{{8}})\.jpg",
    re.ASCII,
)


class Rendering(NamedTuple):
    """Everything that the pixels of a preview depend on; equal values mean the same picture.

    `edit` and `image` are the first 16 digits of identities; `size_pixels` bounds the longer side; `darktable` is a
    version.
    """

    edit: str
    image: str
    size_pixels: int
    darktable: str

    @classmethod
    def of(cls, edit: Digest, image: str, size_pixels: int, darktable: str) -> Self:
        """The rendering of an edit; `image` is an `image_identity`."""
        return cls(edit[:IDENTITY_DIGITS], image, size_pixels, re.sub(r"[^\w.+~]", "~", darktable, flags=re.ASCII)[:40])


class PreviewName(NamedTuple):
    """The name of a preview of a snapshot."""

    snapshot: Digest
    rendering: Rendering
    checksum: str

    @classmethod
    def parse(cls, file_name: str) -> Self | None:
        """The name of a file in previews/, None for a file that is not a preview."""
        if (match := _PATTERN.fullmatch(file_name)) is None:
            return None
        snapshot, edit, image, size, darktable, checksum = match.groups()
        return cls(Digest(snapshot), Rendering(edit, image, int(size), darktable), checksum)

    @property
    def file_name(self) -> str:
        """The name as a file's."""
        return f"{'-'.join((self.snapshot, *map(str, self.rendering), self.checksum))}.jpg"


def checksum(data: bytes) -> str:
    """The CRC-32 of a picture's bytes. A cache is not synced, so a power cut can leave a file of the right size."""
    return f"{zlib.crc32(data):08x}"
