"""The inputs of a module's mask. Knows no pixels."""

from __future__ import annotations

from dataclasses import dataclass

from chemigram_core.darktable.blending import Masking
from chemigram_core.darktable.drawn.composition import Composition


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines the pixels of a mask: equal recipes give equal pictures (`grayscale` in
    `raster.mask`).

    `shapes` is None where the group is missing. `is_constant`: the parametric channels leave no room for the shapes.
    `is_turned`: the mask is computed for the picture as it was taken, and turned with it.
    """

    shapes: Composition | None
    masking: Masking
    is_constant: bool = False
    is_turned: bool = False
