"""The drawn mask of a module instance: its recipe, or why it can't be computed. Knows no pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.blending import Masking, blending_of, masking_of
from chemigram_core.darktable.drawn.composition import composition_of
from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.darktable.drawn.pipe import Pipe
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.darktable.shapes import Shapes, shapes_of

_LARGEST_TONE, _LARGEST_OPACITY = 10.0, 1000.0
_LEAST_RADIUS = 0.1  # in pixels, of a feathering that does anything
_CHANNELS_OF_LAB, _CHANNELS_OF_RGB = 0x3377, 0x77FF
_POLARITIES = 16  # in `blendif`, how far above a channel's bit the one is that turns it around
_INCLUSIVE = 2  # of `mask_combine`


@dataclass(frozen=True, slots=True)
class DrawnMask:
    """One instance with drawn shapes. Without a recipe, `reason` says, as a clause, why it can't be computed."""

    entry: Entry
    recipe: Recipe | None
    reason: str = ""


def drawn_masks(history: History) -> Iterator[DrawnMask]:
    """The masks of all instances with drawn shapes at the end of the history, in history order."""
    shapes, pipe = shapes_of(history), Pipe.of(history)
    for entry in history.instances.values():
        blending = blending_of(entry)
        if blending is not None and blending.mask_id is not None:
            yield _drawn_mask(entry, shapes, is_turned=pipe.is_before(entry.instance, "flip"))


def _drawn_mask(entry: Entry, shapes: Shapes, *, is_turned: bool) -> DrawnMask:
    try:
        return DrawnMask(entry, _recipe(entry, shapes, is_turned=is_turned))
    except NotComputable as reason:
        return DrawnMask(entry, None, str(reason))


def _recipe(entry: Entry, shapes: Shapes, *, is_turned: bool) -> Recipe:
    masking = masking_of(entry)
    if masking is None:
        raise NotComputable(f"its blend parameters are of version {entry.blendop_version}")
    _refuse_implausible(masking)
    is_constant = _refuse_pixels(masking)
    return Recipe(composition_of(shapes, masking.mask_id), masking, is_constant, is_turned)


def _refuse_implausible(masking: Masking) -> None:
    """Raises NotComputable where numbers are far beyond those that darktable's sliders have."""
    tones = masking.contrast, masking.brightness  # -1 to 1
    if not all(abs(tone) <= _LARGEST_TONE for tone in tones) or not abs(masking.opacity) <= _LARGEST_OPACITY:
        raise NotComputable("its blend parameters are out of range")


def _refuse_pixels(masking: Masking) -> bool:
    """Raises NotComputable where the mask depends on the picture; returns whether it is the same everywhere."""
    if masking.is_raster:
        raise NotComputable("it is combined with a raster mask")
    if masking.feathering > _LEAST_RADIUS:
        raise NotComputable("it is feathered along the picture's edges")
    if masking.details:
        raise NotComputable("it is limited to areas by their details")
    return masking.is_parametric and _cancels(masking)


def _cancels(masking: Masking) -> bool:
    """Whether a channel that selects nothing or everything decides alone. Raises NotComputable where one selects."""
    channels = _CHANNELS_OF_LAB if masking.is_lab else _CHANNELS_OF_RGB
    if not masking.blendif & (_CHANNELS_OF_LAB | _CHANNELS_OF_RGB) * ((1 << _POLARITIES) + 1):
        return False
    if not (masking.is_lab or masking.is_rgb):
        raise NotComputable("it has a parametric mask in an unknown color space")
    inverted = (channels << _POLARITIES) if masking.combine & _INCLUSIVE else 0
    bits = masking.blendif ^ inverted
    if (bits >> _POLARITIES) & ~bits & channels:
        return True
    if bits & channels:
        raise NotComputable("it has a parametric mask, which selects by the picture's colors")
    return False
