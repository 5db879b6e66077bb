"""A PNG as a mask: checked whole, its pixels read without loss and named. Knows no repository and no file."""

from chemigram_core.png.checking import check
from chemigram_core.png.header import MAX_BYTES, ColorType, PngHeader
from chemigram_core.png.pixels import Pixels, decode, pixels_digest

__all__ = ["MAX_BYTES", "ColorType", "Pixels", "PngHeader", "check", "decode", "pixels_digest"]
