#!/usr/bin/env python3
"""Draw a small photograph, its darktable sidecar and a mask into a folder, to try chemfs on: sample.py [DIRECTORY]."""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 480, 320
SUN_X, SUN_Y, SUN_RADIUS = 320, 190, 46
HORIZON = 220

SIDECAR = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="3"
   xmpMM:DerivedFrom="sunset.tif"
   darktable:import_timestamp="63842208000000000"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="1"
   darktable:iop_order_version="2">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>evening</rdf:li>
     <rdf:li>sea</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>evening</rdf:li>
     <rdf:li>sea</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:enabled="1"
      darktable:modversion="6"
      darktable:params="{exposure}"
      darktable:multi_name=""
      darktable:multi_priority="0"/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


def main(folder: Path) -> None:
    """Write sunset.tif, sunset.tif.xmp and subject.png into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    draw("RGB", picture).save(folder / "sunset.tif")
    draw("L", mask).save(folder / "subject.png")
    (folder / "sunset.tif.xmp").write_text(SIDECAR.format(exposure=exposure(0.5)), encoding="utf-8")


def draw(mode: str, colour: Callable[[int, int], tuple[int, ...]]) -> Image.Image:
    """An image whose every point has its `colour`."""
    points = (colour(x, y) for y in range(HEIGHT) for x in range(WIDTH))
    return Image.frombytes(mode, (WIDTH, HEIGHT), bytes(chain.from_iterable(points)))


def exposure(ev: float) -> str:
    """The parameters of darktable's exposure module, version 6 (src/iop/exposure.c): manual mode, black at 0."""
    return struct.pack("<iffffi", 0, 0.0, ev, 50.0, -4.0, 1).hex()


def picture(x: int, y: int) -> tuple[int, int, int]:
    """The colour at a point: a sun over a sea at evening."""
    if y > HORIZON:
        glitter = max(0.0, 1 - abs(x - SUN_X) / (20 + (y - HORIZON))) * (0.6 + 0.4 * math.sin(y * 1.7 + x * 0.2))
        return int(30 + 200 * glitter), int(40 + 110 * glitter), int(80 + 20 * glitter)
    glow = math.exp(-distance_to_sun(x, y) / 140)
    if distance_to_sun(x, y) < SUN_RADIUS:
        return 255, 226, 150
    return int(70 + 180 * glow), int(80 + 90 * glow), int(130 - 50 * glow)


def mask(x: int, y: int) -> tuple[int]:
    """How much of a point is the sun, with a soft edge: 0 to 255."""
    inside = (SUN_RADIUS + 8 - distance_to_sun(x, y)) / 16
    return (0 if y > HORIZON else round(255 * min(1.0, max(0.0, inside))),)


def distance_to_sun(x: int, y: int) -> float:
    """In pixels."""
    return math.hypot(x - SUN_X, y - SUN_Y)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
