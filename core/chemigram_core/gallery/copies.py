"""The pictures of an image, copied beside its page: previews as they are, and small ones; masks as gray PNGs.

A mask is at most as large as the page shows it, so that a page stays fast whatever the size of the image.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image

from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.drawn_files import MaskFile
from chemigram_core.drawn_files.pictures import picture
from chemigram_core.gallery.folder import NotWritten
from chemigram_core.gallery.pictures import Picture, Preview
from chemigram_core.masks.difference import FULL, opacity
from chemigram_core.masks.png.pixels import decode
from chemigram_core.names import MaskName
from chemigram_core.previews.image_identity import present_identity
from chemigram_core.previews.previews import Previews
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

FOLDER = "pictures"
_SMALL_PIXELS = 512  # the longer side: a card of the overview on a screen with two pixels for each point
_JPEG_MODES = ("RGB", "L")
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

    def preview(self, state: Digest) -> Preview | None:
        """A copy of a state's preview, and a small one."""
        if (found := self._previews.find(state, self._image)) is None:
            return None
        if (descriptor := self._previews.open(found.name)) is None:
            return None
        with os.fdopen(descriptor, "rb") as file:
            data = file.read()
        self._write(f"{state}.jpg", data)
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as preview:
            picture = _described(f"{state}.jpg", preview)
            return Preview(picture, self._small(f"{state}-small.jpg", preview))

    def mask(self, _: Digest, __: MaskName, mask: Digest) -> Picture:
        """A mask's opacity, in 8 bits; states share it."""
        if mask not in self._masks:
            levels = opacity(decode(self._repository.objects.read(mask, Kind.MASK))).astype(np.uint32)
            gray = Image.fromarray(((levels * 255 + FULL // 2) // FULL).astype(np.uint8))
            gray.thumbnail((_MASK_PIXELS, _MASK_PIXELS))
            self._masks[mask] = self._png(f"{mask}.png", gray)
        return self._masks[mask]

    def drawn(self, _: Digest, mask: MaskFile, raster: Raster) -> Picture:
        """A drawn mask, compressed; states share those with the same recipe."""
        recipe = mask.recipe
        if recipe is None:
            raise ValueError("a mask that can't be computed has no picture")
        key = Digest.of(repr((recipe, raster)).encode())
        if key not in self._masks:
            with Image.open(io.BytesIO(picture(recipe, raster))) as gray:
                self._masks[key] = self._png(f"{key}.png", gray)
        return self._masks[key]

    def _small(self, name: str, preview: Image.Image) -> Picture:
        """A picture of 1024 pixels, as most are, is decoded at half its size, and need not be scaled."""
        width, height = preview.size
        longest = max(width, height)
        preview.draft("RGB", (width * _SMALL_PIXELS // longest, height * _SMALL_PIXELS // longest))
        if max(preview.size) > _SMALL_PIXELS:
            preview.thumbnail((_SMALL_PIXELS, _SMALL_PIXELS))
        small = preview if preview.mode in _JPEG_MODES else preview.convert("RGB")
        small.save(file := io.BytesIO(), "JPEG", quality=_SMALL_QUALITY, optimize=True)
        self._write(name, file.getvalue())
        return _described(name, small)

    def _png(self, name: str, gray: Image.Image) -> Picture:
        gray.save(file := io.BytesIO(), "PNG")
        self._write(name, file.getvalue())
        return _described(name, gray)

    def _write(self, name: str, data: bytes) -> None:
        """Raises NotWritten."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(data)
        except OSError as error:
            raise NotWritten(error) from error


def _described(name: str, picture: Image.Image) -> Picture:
    return Picture(f"{FOLDER}/{name}", *picture.size)
