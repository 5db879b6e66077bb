"""The changes of one module instance: its switch, settings, blending, mask, name. Knows no order and no metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chemigram_core.darktable import Encoded, Entry
from chemigram_core.darktable import properties as names
from chemigram_core.darktable.blending import OPACITY, Blending, blending_of
from chemigram_core.darktable.layouts import layout_of
from chemigram_core.darktable.own_shapes import own_shapes
from chemigram_core.darktable.settings import OTHER, UNSET, distinct_values
from chemigram_core.darktable.shapes import Shapes, parts, shape_changes

_FIELDS_WITH_WORDS = frozenset(
    (
        *(names.NUM, names.OPERATION, names.ENABLED, names.IOP_ORDER, names.MODVERSION, names.PARAMS),
        *(names.MULTI_PRIORITY, names.MULTI_NAME, names.MULTI_NAME_HAND_EDITED),
        *(names.BLENDOP_VERSION, names.BLENDOP_PARAMS),
    )
)


@dataclass(frozen=True, slots=True)
class Side:
    """A module instance in one of the two histories, with the shapes that are in force there."""

    entry: Entry
    shapes: Shapes

    @property
    def blending(self) -> Blending | None:
        """Its blending, where that can be read."""
        return blending_of(self.entry)

    @property
    def mask_shapes(self) -> Shapes:
        """Those that its drawn mask consists of."""
        mask_id = self.blending.mask_id if self.blending else None
        return {} if mask_id is None else parts(self.shapes, mask_id)

    @property
    def own_shapes(self) -> Shapes:
        """Those that its parameters work with, beyond its mask."""
        in_mask, own = self.mask_shapes, parts(self.shapes, *own_shapes(self.entry))
        return {number: form for number, form in own.items() if number not in in_mask}


@dataclass(slots=True)
class ModuleChange:
    """`kinds`: which of enabled, params, blend, mask, shapes, name, fields differ; `words`: the same for people.

    `settings`: label to (old, new), of settings that are known.
    """

    kinds: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    settings: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, kind: str, *words: str) -> None:
        """Note a difference."""
        self.kinds.append(kind)
        self.words.extend(words)


def changes_of(left: Side, right: Side) -> ModuleChange:
    """All differences of one instance, the most interesting to a photographer first."""
    change = ModuleChange()
    if left.entry.enabled != right.entry.enabled:
        change.add("enabled", "switched on" if right.entry.enabled else "switched off")
    _compare_settings(left.entry, right.entry, change)
    _compare_blending(left, right, change)
    if words := shape_changes(left.own_shapes, right.own_shapes):
        change.add("shapes", *words)
    if left.entry.name_by_hand != right.entry.name_by_hand:
        change.add("name", _naming(left.entry.name_by_hand, right.entry.name_by_hand))
    if _foreign_fields(left.entry) != _foreign_fields(right.entry):
        change.add("fields", "carries other fields")
    return change


def description(side: Side) -> list[str]:
    """The effect of an added instance, as far as it is known."""
    entry = side.entry
    words = [] if entry.enabled else ["switched off"]
    layout = layout_of(entry.operation, entry.modversion, entry.params.data)
    if layout is not None:
        values = layout.values(entry.params.data or b"")
        words += [f"{label} {value}" for label, value in values.items() if value != UNSET]
    if side.blending is not None and side.blending.has_mask:
        words.append(side.blending.mask)
    return words


def _naming(before: str, after: str) -> str:
    if not after:
        return f'no longer named "{before}"'
    return f'renamed from "{before}" to "{after}"' if before else f'named "{after}"'


def _compare_settings(left: Entry, right: Entry, change: ModuleChange) -> None:
    if left.modversion == right.modversion and same_value(left.params, right.params):
        return
    change.add("params")
    before = layout_of(left.operation, left.modversion, left.params.data)
    after = layout_of(right.operation, right.modversion, right.params.data)
    if before is None or after is None or left.params.data is None or right.params.data is None:
        change.words.append("settings changed")
    elif before is after:
        change.settings = before.changes(left.params.data, right.params.data)
        change.words.extend(_setting_words(change.settings))
    else:
        change.settings = before.changes_to(after, left.params.data, right.params.data)
        change.words.extend(_setting_words(change.settings) or ["stored in another version, known settings unchanged"])


def _setting_words(settings: Mapping[str, tuple[str, str]]) -> list[str]:
    return [
        "other settings changed" if label == OTHER else f"{label} {old} → {new}"
        for label, (old, new) in settings.items()
    ]


def _compare_blending(left: Side, right: Side, change: ModuleChange) -> None:
    before, after = left.blending, right.blending
    if before is None or after is None:
        words = "blending changed"
    elif before.is_on or after.is_on:
        _compare_blend_fields(before, after, change)
        _compare_masks(before, after, shape_changes(left.mask_shapes, right.mask_shapes), change)
        words = "blending stored in another version"
    else:
        words = "blending is off, its settings changed"
    if not {"blend", "mask"} & set(change.kinds) and not _same_blending(left.entry, right.entry):
        change.add("blend", words)


def _compare_blend_fields(before: Blending, after: Blending, change: ModuleChange) -> None:
    words = []
    if before.opacity != after.opacity:
        words.append("opacity {} → {}".format(*distinct_values(OPACITY, before.opacity, OPACITY, after.opacity)))
    if before.mode != after.mode:
        words.append(f"blend mode {before.mode} → {after.mode}")
    if words or before.rest[0] != after.rest[0]:
        change.add("blend", *(words or ["blending changed"]))


def _compare_masks(before: Blending, after: Blending, shapes: list[str], change: ModuleChange) -> None:
    kinds = [f"{before.mask} → {after.mask}"] if before.mask != after.mask else []
    if words := [*kinds, *shapes]:
        change.add("mask", *words)
    elif before.rest[1] != after.rest[1]:
        in_use = before.has_mask or after.has_mask
        change.add("mask", "mask changed" if in_use else "settings of an unused mask changed")


def _same_blending(left: Entry, right: Entry) -> bool:
    if left.blendop_params is None or right.blendop_params is None:
        return left.blendop_params is right.blendop_params
    return left.blendop_version == right.blendop_version and same_value(left.blendop_params, right.blendop_params)


def same_value(left: Encoded, right: Encoded) -> bool:
    """Whether two encoded values are the same, whatever their spelling; decoded where that can be done."""
    return left.text == right.text or (left.data is not None and left.data == right.data)


def _foreign_fields(entry: Entry) -> dict[str, object]:
    return {name: value for name, value in entry.fields.items() if name not in _FIELDS_WITH_WORDS}
