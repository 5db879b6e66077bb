"""What the files of the tried branch hold before a program saves, and after. Knows no programs.

The edit is always the same one, so that every program can make it with its own means: the rating goes from 1 to 4,
the mask is inverted.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageChops

from chemigram_core.digest import Digest
from chemigram_core.names import MaskName
from chemigram_core.sidecar import parse

IMAGE = "IMG_0001.TIF"
XMP = "image.xmp"
ALIAS = f"{IMAGE}.xmp"
MASK_NAME = MaskName("subject")
MASK = f"masks/{MASK_NAME.file_name}"

_SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/"
    xmp:Rating="1" darktable:xmp_version="5" darktable:raw_params="0" darktable:auto_presets_applied="1"
    darktable:history_end="{entries}" darktable:iop_order_version="2">
   <darktable:history>
    <rdf:Seq>{history}</rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
_STEP = """<rdf:li darktable:num="{num}" darktable:operation="exposure" darktable:enabled="1"
 darktable:modversion="6" darktable:params="00000000000080b9{num:08x}00004842000080c0" darktable:multi_name=""
 darktable:multi_priority="0" darktable:blendop_version="11"
 darktable:blendop_params="gz12eJxjYGBgkGAAgRNODESDBnsIHll8ANNSGQM="/>
"""


def sidecar(steps: int) -> bytes:
    """A sidecar as darktable writes one, with so many steps of history, about 400 bytes each."""
    history = "".join(_STEP.format(num=num) for num in range(steps))
    return _SIDECAR.format(entries=steps, history=history).encode()


def png(picture: Image.Image) -> bytes:
    """`picture` as a PNG that a program which optimises it can make smaller."""
    file = BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


_GRADIENT = Image.radial_gradient("L").resize((320, 240))

OLD_MASK = png(_GRADIENT)
NEW_MASK = png(ImageChops.invert(_GRADIENT))
OLD_XMP = parse(sidecar(steps=30)).with_masks({MASK_NAME: Digest.of(OLD_MASK)}).canonical()
NEW_XMP = OLD_XMP.replace(b'Rating="1"', b'Rating="4"')

OLD = {XMP: OLD_XMP, ALIAS: OLD_XMP, MASK: OLD_MASK}
NEW = {XMP: NEW_XMP, ALIAS: NEW_XMP, MASK: NEW_MASK}
