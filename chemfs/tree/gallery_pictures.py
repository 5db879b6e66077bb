"""The pictures of a gallery page where the mount shows them, by their paths from previews/."""

from __future__ import annotations

import os
from collections.abc import Mapping

from PIL import Image

from chemfs.tree.open_repository import OpenRepository
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.drawn_files import MaskFile
from chemigram_core.gallery.pictures import Picture, Preview
from chemigram_core.layout import DRAWN_FOLDER, MASK_FOLDER, PREVIEW_FILE
from chemigram_core.masks.png import check
from chemigram_core.names import MaskName
from chemigram_core.previews.preview_file import Preview as PreviewFile
from chemigram_core.store.objects import Kind


class MountedPictures:
    """The previews and masks in snapshots/. Copies nothing."""

    def __init__(self, opened: OpenRepository, shown: Mapping[Digest, PreviewFile]) -> None:
        self._opened = opened
        self._shown = shown
        self._mask_sizes: dict[Digest, tuple[int, int]] = {}

    def preview(self, state: Digest) -> Preview | None:
        """preview.jpg of a state; a page in a mount has no smaller ones."""
        found = self._shown.get(state)
        if found is None or (descriptor := self._opened.preview_look.open(found.name)) is None:
            return None
        with os.fdopen(descriptor, "rb") as file, Image.open(file) as picture:
            shown = Picture(f"../snapshots/{state}/{PREVIEW_FILE}", *picture.size)
        return Preview(shown, shown)

    def mask(self, state: Digest, name: MaskName, mask: Digest) -> Picture:
        """A mask of a state."""
        if (size := self._mask_sizes.get(mask)) is None:
            header = check(self._opened.repository.objects.read(mask, Kind.MASK))
            size = self._mask_sizes[mask] = header.width_pixels, header.height_pixels
        return Picture(f"../snapshots/{state}/{MASK_FOLDER}/{name.file_name}", *size)

    def drawn(self, state: Digest, mask: MaskFile, raster: Raster) -> Picture:
        """A drawn mask of a state, rendered when the browser reads it."""
        return Picture(f"../snapshots/{state}/{DRAWN_FOLDER}/{mask.path}", raster.width, raster.height)
