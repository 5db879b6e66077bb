"""A module's mask, from its shapes to the opacities for blending. Knows no history.

Source: dt_develop_blend_process in darktable's src/develop/blend.c, by comparing exports.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chemigram_core.darktable.blending import Masking
from chemigram_core.darktable.drawn.composition import Composition, Parts
from chemigram_core.darktable.drawn.figures import Brush, Circle, Ellipse, Gradient, Path
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.raster.blur import blurred
from chemigram_core.darktable.drawn.raster.brush import brush
from chemigram_core.darktable.drawn.raster.combination import combine
from chemigram_core.darktable.drawn.raster.path import path
from chemigram_core.darktable.drawn.raster.pixels import Opacities, bands
from chemigram_core.darktable.drawn.raster.smooth import circle, ellipse, gradient
from chemigram_core.darktable.drawn.raster.tone import toned
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.darktable.drawn.turn import Turn

_INVERTED, _INCLUSIVE, _SHAPES_INVERTED = 1, 2, 4  # of `mask_combine`
_LEAST_BLUR, _LEAST_TONE = 0.1, 0.01


def grayscale(recipe: Recipe, raster: Raster) -> NDArray[np.uint8]:
    """The mask in 8 bits: a row for each row of the picture."""
    if recipe.is_turned:
        return turned(grayscale(replace(recipe, is_turned=False), raster.as_taken), raster.frame.turn)
    with np.errstate(all="ignore"):  # a damaged file may have absurd shapes
        return _in_8_bits(opacities(recipe, raster))


def _in_8_bits(mask: Opacities) -> NDArray[np.uint8]:
    pixels = np.empty(mask.shape, np.uint8)
    for rows in bands(len(mask)):
        clipped = np.fmin(np.fmax(mask[rows], 0), 1)  # not a number becomes 0
        pixels[rows] = clipped * np.float32(255) + np.float32(0.5)
    return pixels


def turned(pixels: NDArray[np.uint8], turn: Turn) -> NDArray[np.uint8]:
    """Pixels of a picture as it was taken, turned."""
    pixels = pixels[:: -1 if turn & Turn.DOWN else 1, :: -1 if turn & Turn.ACROSS else 1]
    return np.ascontiguousarray(pixels.T if turn & Turn.SWAPPED else pixels)


def opacities(recipe: Recipe, raster: Raster) -> Opacities:
    """The mask of a module."""
    masking, opacity = recipe.masking, min(max(recipe.masking.opacity / 100, 0), 1)
    blended = _blended(recipe, raster)
    blended *= np.float32(opacity)
    if masking.blur > _LEAST_BLUR:
        blended = blurred(blended, masking.blur * raster.scale)
    if opacity and max(abs(masking.contrast), abs(masking.brightness)) >= _LEAST_TONE:
        blended = toned(blended, masking.contrast, masking.brightness, opacity)
    return blended


def _blended(recipe: Recipe, raster: Raster) -> Opacities:
    if recipe.is_constant:
        return _even(
            raster, float(bool(recipe.masking.combine & _INVERTED) != bool(recipe.masking.combine & _INCLUSIVE))
        )
    mask = _even(raster, 1) if recipe.shapes is None else drawn(recipe.shapes, raster)
    return 1 - mask if _is_inverted(recipe.masking) else mask


def _is_inverted(masking: Masking) -> bool:
    """Once for the shapes, once for all."""
    return bool(masking.combine & _SHAPES_INVERTED) != bool(masking.combine & _INVERTED)


def _even(raster: Raster, value: float) -> Opacities:
    return np.full((raster.height, raster.width), value, np.float32)


def drawn(shapes: Composition, raster: Raster) -> Opacities:
    """The mask of a shape or of a group of them."""
    match shapes:
        case Circle():
            return circle(shapes, raster)
        case Ellipse():
            return ellipse(shapes, raster)
        case Gradient():
            return gradient(shapes, raster)
        case Path():
            return path(shapes, raster)
        case Brush():
            return brush(shapes, raster)
        case Parts(parts):
            mask = _even(raster, 0)
            for part in parts:
                combine(mask, drawn(part.content, raster), part.state, part.opacity)
            return mask
