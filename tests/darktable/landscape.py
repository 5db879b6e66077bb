"""A picture to edit: a sun over hills, drawn by arithmetic, so that an exposure can be seen. Knows no darktable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

WIDTH_PIXELS, HEIGHT_PIXELS = 900, 600
SKY_TOP, SKY_BOTTOM, SUN = (30, 50, 110), (200, 110, 60), (235, 205, 140)
HILLS = ((360, 40, 190, (70, 60, 90)), (440, 60, 310, (40, 70, 50)), (530, 30, 130, (20, 40, 30)))


def draw_landscape(path: Path) -> Path:
    """Write it as a TIFF."""
    y, x = np.mgrid[0:HEIGHT_PIXELS, 0:WIDTH_PIXELS]
    height = (y / HEIGHT_PIXELS)[..., None]
    pixels = (1 - height) * SKY_TOP + height * SKY_BOTTOM
    pixels[np.hypot(x - 620, y - 250) < 60] = SUN
    for base, amplitude, wave_length, colour in HILLS:
        pixels[y > base + amplitude * np.sin(x / wave_length * 2)] = colour
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path
