"""The images in which drawn masks are compared with darktable's: sizes, kinds of file, turns, crops."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from tests.support.blend_params import blend_params
from tests.support.exported_masks import Mask
from tests.support.packets import Fields
from tests.support.raw_files import dng

FEW = ("in a corner", "star with a wide border", "ever wider")  # samples: a circle, a path, a stroke


@dataclass(frozen=True)
class Scene:
    """An image, what its edit does before anything is drawn, and the size in which it is exported.

    `longest`: the longer side of the export; `few`: samples to draw; `crop`: left, top, right, bottom of
    what the edit shows, in pixels.
    """

    label: str
    size: tuple[int, int]
    longest: int
    kind: str = "TIFF"
    orientation: int = 1
    areas: dict[str, Sequence[int]] = field(default_factory=dict)
    steps: Sequence[Fields] = ()
    crop: tuple[int, int, int, int] | None = None
    few: Sequence[str] = FEW

    @property
    def file(self) -> str:
        """Its name."""
        return {"TIFF": "image.tif", "JPEG": "image.jpg", "PNG": "image.png", "DNG": "image.dng"}[self.kind]

    @property
    def drawn(self) -> int:
        """The longer side of the picture without the crop."""
        return max(self.size) if self.crop else self.longest

    def image(self) -> bytes:
        """The file."""
        if self.kind == "DNG":
            return dng(self.size, orientation=self.orientation, **self.areas)
        exif, file = Image.Exif(), io.BytesIO()
        exif[0x0112] = self.orientation
        Image.effect_noise(self.size, 60).convert("RGB").save(file, self.kind, exif=exif)
        return file.getvalue()

    def cropped(self, mask: Mask) -> Mask:
        """What the edit shows of a mask."""
        left, top, right, bottom = self.crop or (0, 0, *mask.shape[::-1])
        return mask[top:bottom, left:right]


def step(operation: str, modversion: int, params: bytes) -> Fields:
    """A step of the history that lays nothing over the picture."""
    fields = {"operation": operation, "enabled": "1", "modversion": str(modversion), "params": params.hex()}
    blend = {"blendop_version": "11", "blendop_params": blend_params(mode=0).hex()}
    return {**fields, "multi_name": "", "multi_priority": "0", **blend}


def flip(turn: int) -> Fields:
    """-1 leaves it to the image."""
    return step("flip", 2, struct.pack("<i", turn))


def rawprepare(left: int, top: int, right: int, bottom: int) -> Fields:
    return step("rawprepare", 1, struct.pack("<4i4Hi", left, top, right, bottom, 0, 0, 0, 0, 16383))


def crop(left: float, top: float, right: float, bottom: float) -> Fields:
    return step("crop", 1, struct.pack("<4f2i", left, top, right, bottom, -1, -1))


SCENES = (
    Scene("301x200", (301, 200), 301),
    Scene("200x333", (200, 333), 333),
    Scene("900x601 at 300", (900, 601), 300),
)
_AREAS: dict[str, Sequence[int]] = {"active": (10, 20, 300, 440), "origin": (6, 4), "size_of_crop": (400, 280)}
TURNED = (
    *(Scene(f"Exif orientation {number}", (301, 200), 301, orientation=number) for number in range(1, 9)),
    *(Scene(f"flip {turn}", (200, 301), 301, orientation=6, steps=[flip(turn)]) for turn in range(-1, 8)),
    Scene("flip 5 at 200", (601, 400), 200, steps=[flip(5)]),
    Scene("JPEG, orientation 8", (301, 200), 301, kind="JPEG", orientation=8),
    Scene("PNG, orientation 6", (301, 200), 301, kind="PNG", orientation=6),
    Scene("DNG", (450, 310), 450, kind="DNG"),
    Scene("DNG with borders", (450, 310), 400, kind="DNG", areas=_AREAS),
    Scene("DNG with borders at 211", (451, 311), 211, kind="DNG", areas=_AREAS),
    Scene("DNG with other borders", (450, 310), 430, kind="DNG", areas=_AREAS, steps=[rawprepare(12, 10, 8, 6)]),
    Scene("DNG, orientation 6", (450, 310), 400, kind="DNG", orientation=6, areas=_AREAS),
    Scene("DNG, orientation 8 at 150", (451, 311), 150, kind="DNG", orientation=8, areas=_AREAS),
    Scene("DNG, flip 3", (450, 310), 400, kind="DNG", orientation=6, areas=_AREAS, steps=[flip(3)]),
    # darktable's coarse grid begins at the corner, and the rays of strokes are rounded from there
    Scene("crop", (320, 192), 240, steps=[crop(0.125, 0.125, 0.875, 0.875)], crop=(40, 24, 280, 168), few=FEW[:2]),
)
