"""The drawn masks of real edits as samples: shapes and blending as they are stored. Knows no darktable."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from chemigram_core.darktable import Form
from chemigram_core.darktable.blending import Masking
from chemigram_core.darktable.drawn.module_mask import drawn_masks
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.darktable.properties import MASK_NB
from chemigram_core.darktable.shapes import Shapes, shapes_of
from chemigram_core.errors import ChemigramError
from chemigram_core.sidecar import parse
from tests.support.drawn_edits import SUM, Sample, Shape

_PATH, _GROUP, _BRUSH = 2, 4, 64


def samples_of(folder: Path) -> list[Sample]:
    """The masks that can be computed in all sidecars below a folder, equal ones once.

    Without those that add shapes up, which darktable 4.2.1 can't.
    """
    seen = set[Recipe]()
    found = [sample for file in sorted(folder.rglob("*.xmp")) for sample in _samples(file, seen)]
    return [sample for sample in found if not _has_sum(sample.shape)]


def _samples(file: Path, seen: set[Recipe]) -> Iterator[Sample]:
    try:
        history = parse(file.read_bytes()).history
    except ChemigramError:
        return
    shapes = shapes_of(history)
    for mask in drawn_masks(history):
        if mask.recipe and mask.recipe.shapes and mask.recipe not in seen:
            seen.add(mask.recipe)
            shape = _shape(shapes, shapes[mask.recipe.masking.mask_id])
            yield Sample(_kind(shape), f"{file.name}: {mask.entry.operation}", shape, _blending(mask.recipe.masking))


def _shape(shapes: Shapes, form: Form) -> Shape:
    data, count = form.points.data or b"", int(str(form.fields[MASK_NB]))
    rows = [data[at : at + len(data) // count] for at in range(0, len(data), len(data) // count)] if count else []
    if not (form.type or 0) & _GROUP:
        return Shape(form.type or 0, rows)
    members = (struct.unpack_from("<iiif", row) for row in rows)
    known = ((_shape(shapes, shapes[own]), state, opacity) for own, _, state, opacity in members if own in shapes)
    return Shape(form.type or 0, members=tuple(known))


def _has_sum(shape: Shape) -> bool:
    return any(state & SUM or _has_sum(member) for member, state, _ in shape.members)


def _kind(shape: Shape) -> str:
    """That of its least exact part."""
    types = set(_types(shape))
    return next(
        (kind for bit, kind in ((_BRUSH, "brush"), (_PATH, "path")) if any(each & bit for each in types)), "group"
    )


def _types(shape: Shape) -> Iterator[int]:
    yield shape.type
    for member, _, _ in shape.members:
        yield from _types(member)


def _blending(masking: Masking) -> dict[str, float]:
    same = ("mode", "combine", "opacity", "blendif", "blur", "contrast", "brightness")
    return {**{name: getattr(masking, name) for name in same}, "space": 2 if masking.is_lab else 4}
