"""The interface for a page's pictures, which are beside it or in a mount. Knows no page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.geometry import WHOLE, Part
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.drawn_files import MaskFile
from chemigram_core.names import MaskName


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file by its path from the page, with slashes, and its size in pixels."""

    path: str
    width: int
    height: int


class Preview(NamedTuple):
    """The rendered picture of a state, and a small one of it."""

    picture: Picture
    small: Picture


@dataclass(frozen=True, slots=True)
class Overlay:
    """A mask as a picture. It is laid over the state's picture, unless `caveat` says why the two don't match.

    `part` is what the state's picture shows of the mask. If the mask's picture is missing, `caveat` says why.
    """

    name: str
    picture: Picture | None
    caveat: str = ""
    part: Part = WHOLE


class Pictures(Protocol):
    """The pictures of one image's states. Methods raise StoreFailed, InvalidMask, OSError."""

    def preview(self, state: Digest) -> Preview | None:
        """The picture of a state, if it was rendered."""

    def mask(self, state: Digest, name: MaskName, mask: Digest) -> Picture:
        """A stored mask of a state."""

    def drawn(self, state: Digest, mask: MaskFile, raster: Raster) -> Picture:
        """A mask of a state that is drawn in darktable, and can be computed."""
