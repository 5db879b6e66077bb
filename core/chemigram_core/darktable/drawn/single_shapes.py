"""The drawn shapes of a history one by one, as they are before a module combines and blends them. Knows no pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chemigram_core.darktable import Form, History
from chemigram_core.darktable.blending import Masking
from chemigram_core.darktable.drawn.composition import composition_of
from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.darktable.shapes import Shapes, is_group, shapes_of

_ALONE = Masking(
    mode=3,  # on, and drawn
    combine=0,
    mask_id=0,
    opacity=100.0,
    is_lab=False,
    is_rgb=False,
    blendif=0,
    feathering=0.0,
    blur=0.0,
    contrast=0.0,
    brightness=0.0,
    details=0.0,
)


@dataclass(frozen=True, slots=True)
class SingleShape:
    """One shape by its id. Without a recipe, `reason` says, as a clause, why it can't be computed."""

    id: int
    form: Form
    recipe: Recipe | None
    reason: str = ""


def single_shapes(history: History) -> Iterator[SingleShape]:
    """The shapes in force at the end of the history that are not groups, by their ids."""
    shapes = shapes_of(history)
    return (_single_shape(shapes, number) for number in sorted(shapes) if not is_group(shapes[number]))


def _single_shape(shapes: Shapes, number: int) -> SingleShape:
    try:
        return SingleShape(number, shapes[number], Recipe(composition_of(shapes, number), _ALONE))
    except NotComputable as reason:
        return SingleShape(number, shapes[number], None, str(reason))
