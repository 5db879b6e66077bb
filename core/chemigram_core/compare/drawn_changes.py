"""The drawn masks and shapes that differ between two states, and pictures of the changes. Renders only on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.drawn_files import DrawnFiles
from chemigram_core.drawn_files.pictures import picture
from chemigram_core.drawn_files.state import drawn_in
from chemigram_core.repository import Repository


@dataclass(frozen=True, slots=True)
class DrawnChange:
    """The sources of one picture in both states, the old one first."""

    recipes: tuple[Recipe, Recipe]
    rasters: tuple[Raster, Raster]

    def heat_map(self) -> bytes:
        """A PNG of the new picture's size, as `masks.difference` colors it."""
        from chemigram_core.masks.difference import heat_map
        from chemigram_core.masks.png.pixels import decode

        before, after = map(picture, self.recipes, self.rasters)
        return heat_map(decode(before), decode(after))


def drawn_changes(repository: Repository, left: Digest, right: Digest) -> Mapping[str, DrawnChange]:
    """The pictures that both states have and that differ, by their paths in drawn/. Raises as `drawn_in`."""
    before, after = drawn_in(repository, left), drawn_in(repository, right)
    common = sorted(before.pictures.keys() & after.pictures.keys())
    return {path: change for path in common if (change := _change(before, after, path)) is not None}


def _change(before: DrawnFiles, after: DrawnFiles, path: str) -> DrawnChange | None:
    if before.raster is None or after.raster is None:
        return None
    recipes, rasters = (before.pictures[path], after.pictures[path]), (before.raster, after.raster)
    return DrawnChange(recipes, rasters) if recipes[0] != recipes[1] or rasters[0] != rasters[1] else None
