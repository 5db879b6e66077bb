#!/usr/bin/env python3
"""Draw something to try chemfs on: sample.py [DIRECTORY].

A small photograph with its darktable sidecar and a mask, another edit of it with a mask that is drawn in darktable, and
a shoot of a dozen smaller ones, some with duplicates.
"""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from PIL import Image

SHOOT = "2026-11-20-evening"
DUPLICATES = {2: ("warm",), 5: ("warm", "black and white"), 9: ("dark",)}  # of some numbers in it, by version name

SIDECAR = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="{rating}"
   xmpMM:DerivedFrom="{image}"
   darktable:import_timestamp="63842208000000000"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="1"
   darktable:iop_order_version="2"{version}>
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
{shapes}   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:enabled="1"
      darktable:modversion="6"
      darktable:params="{exposure}"
      darktable:multi_name=""
      darktable:multi_priority="0"{blending}/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

SHAPES = """   <darktable:masks_history>
    <rdf:Seq>
     <rdf:li
      darktable:mask_num="0"
      darktable:mask_id="1"
      darktable:mask_type="1"
      darktable:mask_name="sun"
      darktable:mask_version="6"
      darktable:mask_points="{circle}"
      darktable:mask_nb="1"
      darktable:mask_src="0000000000000000"/>
     <rdf:li
      darktable:mask_num="0"
      darktable:mask_id="2"
      darktable:mask_type="4"
      darktable:mask_name="grp exposure"
      darktable:mask_version="6"
      darktable:mask_points="{group}"
      darktable:mask_nb="1"
      darktable:mask_src="0000000000000000"/>
    </rdf:Seq>
   </darktable:masks_history>
"""
BLENDING = """
      darktable:blendop_version="11"
      darktable:blendop_params="{params}\""""


@dataclass(frozen=True)
class Scene:
    """A sun over a sea at evening. Lengths are in pixels."""

    width: int = 480
    height: int = 320
    sun_x: int = 320
    sun_y: int = 190
    sun_radius: int = 46
    horizon: int = 220

    def picture(self, x: int, y: int) -> tuple[int, int, int]:
        """The colour at a point."""
        if y > self.horizon:
            below = y - self.horizon
            glitter = max(0.0, 1 - abs(x - self.sun_x) / (20 + below)) * (0.6 + 0.4 * math.sin(y * 1.7 + x * 0.2))
            return int(30 + 200 * glitter), int(40 + 110 * glitter), int(80 + 20 * glitter)
        glow = math.exp(-self._distance_to_sun(x, y) / 140)
        if self._distance_to_sun(x, y) < self.sun_radius:
            return 255, 226, 150
        return int(70 + 180 * glow), int(80 + 90 * glow), int(130 - 50 * glow)

    def mask(self, x: int, y: int) -> tuple[int]:
        """How much of a point is the sun, with a soft edge: 0 to 255."""
        inside = (self.sun_radius + 8 - self._distance_to_sun(x, y)) / 16
        return (0 if y > self.horizon else round(255 * min(1.0, max(0.0, inside))),)

    def draw(self, mode: str, colour: Callable[[int, int], tuple[int, ...]]) -> Image.Image:
        """An image whose every point has its `colour`."""
        points = (colour(x, y) for y in range(self.height) for x in range(self.width))
        return Image.frombytes(mode, (self.width, self.height), bytes(chain.from_iterable(points)))

    def _distance_to_sun(self, x: int, y: int) -> float:
        return math.hypot(x - self.sun_x, y - self.sun_y)


def main(folder: Path) -> None:
    """Write sunset.tif, sunset.tif.xmp, sunset-sun.xmp, subject.png and the shoot into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = Scene()
    scene.draw("RGB", scene.picture).save(folder / "sunset.tif")
    scene.draw("L", scene.mask).save(folder / "subject.png")
    write_sidecar(folder / "sunset.tif.xmp", "sunset.tif", ev=0.5, rating=3)
    write_sidecar(folder / "sunset-sun.xmp", "sunset.tif", ev=0.5, rating=3, drawn=drawn(scene))
    (folder / SHOOT).mkdir(exist_ok=True)
    for number in range(1, 13):
        write_photograph(folder / SHOOT, number)


def write_photograph(folder: Path, number: int) -> None:
    """One of the shoot's photographs, on each of which the sun is lower, and its sidecars."""
    name = f"IMG_{number:04}"
    scene = Scene(180, 120, sun_x=60 + 5 * number, sun_y=30 + 5 * number, sun_radius=17, horizon=82)
    scene.draw("RGB", scene.picture).save(folder / f"{name}.tif")
    write_sidecar(folder / f"{name}.tif.xmp", f"{name}.tif", ev=number / 20 - 0.3, rating=number % 4)
    for duplicate, version in enumerate(DUPLICATES.get(number, ()), 1):
        sidecar = folder / f"{name}_{duplicate:02}.tif.xmp"
        write_sidecar(sidecar, f"{name}.tif", ev=-duplicate / 2, rating=number % 4, version=version)


def write_sidecar(
    path: Path, image: str, *, ev: float, rating: int, version: str = "", drawn: tuple[str, str] = ("", "")
) -> None:
    """A sidecar as darktable writes it, with one module; `version` is the name of a duplicate.

    `drawn`: the shapes of its mask, and the parameters by which the module uses them.
    """
    name = f'\n   darktable:version_name="{version}"' if version else ""
    shapes, blending = drawn
    text = SIDECAR.format(
        image=image, rating=rating, version=name, exposure=exposure(ev), shapes=shapes, blending=blending
    )
    path.write_text(text, encoding="utf-8")


def drawn(scene: Scene) -> tuple[str, str]:
    """A circle around the sun, and blend parameters of version 11 that use it (src/develop/masks.h, blend.h)."""
    center, radius = (scene.sun_x / scene.width, scene.sun_y / scene.height), scene.sun_radius / scene.height
    circle, group = struct.pack("<4f", *center, radius, radius), struct.pack("<iiif", 1, 2, 3, 1.0)
    params = struct.pack("<IiIffIi", 3, 4, 24, 0.0, 100.0, 0, 2).ljust(420, b"\0")
    return SHAPES.format(circle=circle.hex(), group=group.hex()), BLENDING.format(params=params.hex())


def exposure(ev: float) -> str:
    """The parameters of darktable's exposure module, version 6 (src/iop/exposure.c): manual mode, black at 0."""
    return struct.pack("<iffffi", 0, 0.0, ev, 50.0, -4.0, 1).hex()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
