"""A PNG as a mask: checked whole here; its pixels, in `pixels`, with numpy, which most commands have no use for."""

from chemigram_core.masks.png.check import check
from chemigram_core.masks.png.header import MAX_BYTES, ColorType, PngHeader

__all__ = ["MAX_BYTES", "ColorType", "PngHeader", "check"]
