"""Where a page finds its pictures: beside it, or in a mount. Knows no page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chemigram_core.digest import Digest
from chemigram_core.names import MaskName


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file by its path from the page, with slashes, and its size in pixels."""

    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Overlay:
    """A mask as a picture. It is laid over the state's picture, unless `caveat` says why the two don't match."""

    name: str
    picture: Picture
    caveat: str = ""


class Pictures(Protocol):
    """The pictures of one image's states. Methods raise StoreFailed, InvalidMask, OSError."""

    def preview(self, state: Digest) -> Picture | None:
        """The picture of a state, if it was rendered."""

    def thumbnail(self, state: Digest) -> Picture | None:
        """The same, small."""

    def mask(self, state: Digest, name: MaskName, mask: Digest) -> Picture:
        """A stored mask of a state."""
