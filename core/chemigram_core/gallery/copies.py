"""The pictures of an image, copied beside its page: previews as they are, and small ones; masks as gray PNGs.

A mask is at most as large as the page shows it, so that a page stays quick whatever the sensor had.
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.drawn_files import MaskFile
from chemigram_core.drawn_files.pictures import picture
from chemigram_core.gallery.pictures import Picture
from chemigram_core.masks.difference import FULL, opacity
from chemigram_core.masks.png.pixels import decode
from chemigram_core.names import MaskName
from chemigram_core.previews.image_identity import present_identity
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

FOLDER = "pictures"
_SMALL_PIXELS = 480  # the longer side: a card of the overview on a screen with two pixels for each point
_MASK_PIXELS = 1600
_SMALL_QUALITY = 82


class Copies:
    """Copies each picture into `pictures/` of a page's folder when it is first asked for."""

    def __init__(self, repository: Repository, page_folder: Path) -> None:
        self._repository = repository
        self._previews = Previews(repository.root)
        self._image = present_identity(repository.image)
        self._folder = page_folder / FOLDER
        self._masks: dict[Digest, Picture] = {}

    def preview(self, state: Digest) -> Picture | None:
        """A copy of a state's preview."""
        if (found := self._previews.find(state, self._image)) is None:
            return None
        if (descriptor := self._previews.open(found.name)) is None:
            return None
        with os.fdopen(descriptor, "rb") as preview, self._new(f"{state}.jpg").open("xb") as file:
            shutil.copyfileobj(preview, file)
        return self._described(f"{state}.jpg")

    def thumbnail(self, state: Digest) -> Picture | None:
        """A small picture of the preview that was copied."""
        if not (self._folder / f"{state}.jpg").exists():
            return None
        name = f"{state}-small.jpg"
        with Image.open(self._folder / f"{state}.jpg") as preview:
            preview.draft("RGB", (_SMALL_PIXELS, _SMALL_PIXELS))
            small = preview.convert("RGB")
        small.thumbnail((_SMALL_PIXELS, _SMALL_PIXELS))
        small.save(self._new(name), "JPEG", quality=_SMALL_QUALITY, optimize=True)
        return self._described(name)

    def mask(self, _: Digest, __: MaskName, mask: Digest) -> Picture:
        """A mask's opacity, in 8 bits; states share it."""
        if mask not in self._masks:
            levels = opacity(decode(self._repository.objects.read(mask, Kind.MASK))).astype(np.uint32)
            gray = Image.fromarray(((levels * 255 + FULL // 2) // FULL).astype(np.uint8))
            gray.thumbnail((_MASK_PIXELS, _MASK_PIXELS))
            gray.save(self._new(f"{mask}.png"), "PNG")
            self._masks[mask] = self._described(f"{mask}.png")
        return self._masks[mask]

    def drawn(self, _: Digest, mask: MaskFile, raster: Raster) -> Picture:
        """A drawn mask, packed; states share those that are computed from the same."""
        recipe = mask.recipe
        if recipe is None:
            raise ValueError("a mask that can't be computed has no picture")
        key = Digest.of(repr((recipe, raster)).encode())
        if key not in self._masks:
            with Image.open(io.BytesIO(picture(recipe, raster))) as gray:
                gray.save(self._new(f"{key}.png"), "PNG")
            self._masks[key] = self._described(f"{key}.png")
        return self._masks[key]

    def _new(self, name: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / name

    def _described(self, name: str) -> Picture:
        with Image.open(self._folder / name) as found:
            return Picture(f"{FOLDER}/{name}", *found.size)
