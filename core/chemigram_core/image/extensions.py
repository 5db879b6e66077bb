"""The file extensions of images that darktable opens, in upper or lower case. Knows no files."""

from __future__ import annotations

_RAW = """3fr ari arw bay bmq cap cine cr2 cr3 crw cs1 dc2 dcr dng erf fff gpr ia iiq k25 kc2 kdc mdc mef mos mrw nef
nrw orf ori pef pxn qtk raf raw rdc rw2 rwl sr2 srf srw sti x3f"""
_PICTURES = """avif bmp dcm exr gif hdr heic heif hif j2c j2k jng jp2 jpc jpeg jpg jxl miff mng pbm pfm pgm png pnm ppm
tif tiff webp"""

EXTENSIONS = frozenset((*_RAW.split(), *_PICTURES.split()))  # of darktable 4.2 to 5.4, in any of their builds


def is_image(name: str) -> bool:
    """Whether a file of that name is an image for darktable."""
    stem, dot, extension = name.rpartition(".")
    return bool(stem and dot) and extension.lower() in EXTENSIONS
