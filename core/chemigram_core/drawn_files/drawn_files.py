"""The content of drawn/ of a state: its pictures by name, and why other masks have none. Renders nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from chemigram_core.darktable import Entry, Form, History
from chemigram_core.darktable.blending import blending_of
from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.darktable.drawn.frame import Raster
from chemigram_core.darktable.drawn.geometry import Part, beside_bending, geometry_notes, reframing, visible_part
from chemigram_core.darktable.drawn.module_mask import drawn_masks
from chemigram_core.darktable.drawn.pipe_input import frame_of, is_turned
from chemigram_core.darktable.drawn.recipe import Recipe
from chemigram_core.darktable.drawn.single_shapes import single_shapes
from chemigram_core.darktable.modules import NAMES
from chemigram_core.darktable.own_shapes import own_shapes
from chemigram_core.darktable.shapes import parts, shapes_of
from chemigram_core.drawn_files.file_names import SHAPE_FOLDER, mask_names, shape_name
from chemigram_core.image.header import Header


@dataclass(frozen=True, slots=True)
class MaskFile:
    """The mask of a module instance. `path` is where its picture is; `reason` says why it has no picture.

    `place`: whether the module works before or after those that bend the picture.
    """

    path: str
    entry: Entry
    mask_id: int
    recipe: Recipe | None
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class ShapeFile:
    """A single shape, and the instances that work with it."""

    path: str
    id: int
    form: Form
    users: tuple[Entry, ...]
    recipe: Recipe | None
    reason: str


@dataclass(frozen=True)
class DrawnFiles:
    """The drawn masks and shapes of a state. Without a raster, `reason` says why there is no picture at all.

    `notes`: how the pictures differ from what darktable shows. `part`: what the finished picture shows of these, None
    where that can't be said exactly. `reframed_by`: the modules that make its frame another one than the image's.
    """

    masks: tuple[MaskFile, ...]
    shapes: tuple[ShapeFile, ...]
    notes: tuple[str, ...]
    part: Part | None
    reframed_by: tuple[str, ...]
    raster: Raster | None
    reason: str

    @cached_property
    def pictures(self) -> Mapping[str, Recipe]:
        """The recipe of each picture, by its path in drawn/."""
        files: tuple[MaskFile | ShapeFile, ...] = (*self.masks, *self.shapes)
        return {file.path: file.recipe for file in files if file.recipe is not None and self.raster is not None}

    def problem(self, file: MaskFile | ShapeFile) -> str:
        """Why a mask or shape has no picture; empty if it has one."""
        return file.reason or self.reason


def drawn_files(history: History, header: Header | NotComputable) -> DrawnFiles:
    """Those of an edit of the image with this header."""
    masks, shapes, notes = tuple(_masks(history)), tuple(_shapes(history)), tuple(geometry_notes(history))
    return DrawnFiles(
        masks, shapes, notes, visible_part(history), _reframed_by(history, header), *_raster(history, header)
    )


def _reframed_by(history: History, header: Header | NotComputable) -> tuple[str, ...]:
    turned = is_turned(header if isinstance(header, Header) else None, history)
    return (*reframing(history), *([NAMES["flip"]] if turned else []))


def _raster(history: History, header: Header | NotComputable) -> tuple[Raster | None, str]:
    try:
        if isinstance(header, NotComputable):
            raise header
        return frame_of(header, history).reduced(), ""
    except NotComputable as reason:
        return None, str(reason)


def _masks(history: History) -> Iterator[MaskFile]:
    masks = list(drawn_masks(history))
    entries = [mask.entry for mask in masks]
    names = mask_names(entries)
    for mask, place in zip(masks, beside_bending(history, entries), strict=True):
        yield MaskFile(names[mask.entry.instance], mask.entry, _mask_id(mask.entry), mask.recipe, mask.reason, place)


def _shapes(history: History) -> Iterator[ShapeFile]:
    shapes, used = shapes_of(history), [(entry, _ids(entry)) for entry in history.instances.values()]
    users = [(entry, parts(shapes, *ids)) for entry, ids in used if ids]
    for one in single_shapes(history):
        path = f"{SHAPE_FOLDER}/{shape_name(one.form.name, one.id)}"
        working = tuple(entry for entry, found in users if one.id in found)
        yield ShapeFile(path, one.id, one.form, working, one.recipe, one.reason)


def _ids(entry: Entry) -> list[int]:
    """Of the shapes that an instance names."""
    return [number for number in (_mask_id(entry), *own_shapes(entry)) if number]


def _mask_id(entry: Entry) -> int:
    """0 without a drawn mask."""
    blending = blending_of(entry)
    return (blending.mask_id or 0) if blending is not None else 0
