"""Small sidecars, masks and pictures, and the snapshots of a repository."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from chemigram_core.digest import Digest
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_SIDECAR = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="{rating}"
   xmpMM:DerivedFrom="{image}"
   darktable:import_timestamp="{timestamp}"
   darktable:change_timestamp="{timestamp}"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="{end}"
   darktable:iop_order_version="2">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
{entries}    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

_ENTRY = """     <rdf:li
      darktable:num="{num}"
      darktable:operation="exposure"
      darktable:enabled="1"
      darktable:modversion="6"
      darktable:params="{params}"
      darktable:multi_name=""
      darktable:multi_priority="0"
      darktable:blendop_version="11"
      darktable:blendop_params="gz11eJxjYIAACQYYOOHEgAZY0QWAgBGLGANDgz0Ej1Q+dcF/IADRAGpyHQU="/>
"""


def sidecar(exposure: int = 0, *, rating: int = 1, timestamp: int = 1, entries: int = 1, image: str = "a.tif") -> bytes:
    """A sidecar as darktable writes it. `exposure` changes the edit, `timestamp` only bookkeeping."""
    listed = "".join(_ENTRY.format(num=num, params=f"{exposure + num:08x}" * 7) for num in range(entries))
    return _SIDECAR.format(rating=rating, timestamp=timestamp, image=image, end=entries, entries=listed).encode()


def mask(level: int = 128, *, size: tuple[int, int] = (32, 24), compress_level: int = 6) -> bytes:
    """A gray PNG with a gradient, whose first pixel has the given level."""
    width, height = size
    picture = Image.new("L", size)
    picture.putdata([(level + x + y) % 256 for y in range(height) for x in range(width)])
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=compress_level)
    return file.getvalue()


def picture(path: Path, size: tuple[int, int] = (96, 64)) -> Path:
    """A small colour TIFF to edit."""
    width, height = size
    image = Image.new("RGB", size)
    image.putdata([(x * 255 // width, y * 255 // height, 96) for y in range(height) for x in range(width)])
    image.save(path)
    return path


def snapshots(repository: Repository) -> list[Digest]:
    """Every snapshot in the store."""
    return [found.digest for found in repository.objects if found.kind is Kind.SNAPSHOT]


def saves(repository: Repository) -> list[Digest]:
    """The snapshots in the log, oldest first."""
    return [entry.hash for entry in repository.log.entries() if entry.op == "snapshot" and entry.hash]
