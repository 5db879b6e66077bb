"""The header of an image file: its size in pixels, its orientation, and of raw files the sensor. Decodes no pixels."""

from chemigram_core.image.header.read import UnknownHeader, read_header
from chemigram_core.image.header.value import NO_BORDERS, Borders, Header

__all__ = ["NO_BORDERS", "Borders", "Header", "UnknownHeader", "read_header"]
