"""The changes of a history: lost steps first, then module by module, then their order. Knows no metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chemigram_core.compare.edit.changes import HISTORY_LOST, Change
from chemigram_core.compare.edit.module_changes import ModuleChange, Side, changes_of, description
from chemigram_core.compare.json_object import JsonValue
from chemigram_core.compare.longest_increasing import moved
from chemigram_core.compare.node import Action
from chemigram_core.darktable import Entry, History
from chemigram_core.darktable.entries import Instance
from chemigram_core.darktable.history import history_of
from chemigram_core.darktable.modules import title
from chemigram_core.darktable.pipe_order import pipe_order
from chemigram_core.darktable.properties import MASK_MANAGER
from chemigram_core.darktable.shapes import Shapes, shape_changes, shapes_of
from chemigram_core.xmp import Properties

_PIPE, _STEPS = "in the pixel pipe", "in the history"


def history_changes(left: Properties, right: Properties) -> list[Change]:
    """All differences of two edits' histories that are seen in their modules, shapes and order."""
    before, after = _Half.of(left), _Half.of(right)
    return [
        *_loss(before.history, after.history),
        *_modules(before, after),
        *_unused_shapes(before, after),
    ]


@dataclass(frozen=True, slots=True)
class _Half:
    """One of the two histories, read as far as comparing needs."""

    history: History
    instances: Mapping[Instance, Entry]
    shapes: Shapes
    pipe: list[Instance]

    @classmethod
    def of(cls, edit: Properties) -> _Half:
        history = history_of(edit)
        instances = {key: entry for key, entry in history.instances.items() if entry.operation != MASK_MANAGER}
        pipe = [instance for instance in pipe_order(edit) if instance in instances]
        return cls(history, instances, shapes_of(history), pipe)

    def side(self, instance: Instance) -> Side:
        return Side(self.instances[instance], self.shapes)

    def unused_shapes(self) -> Shapes:
        sides = map(self.side, self.instances)
        used = {number for side in sides for number in (*side.mask_shapes, *side.own_shapes)}
        return {number: form for number, form in self.shapes.items() if number not in used}


def _loss(left: History, right: History) -> Iterator[Change]:
    """A history that is gone or shorter: the accident that chemfs protects from."""
    before, after = _count(left.effective), _count(right.effective)
    if after >= before:
        return
    undone = _count(right.entries) - after
    summary = (
        f"The history is gone: {_steps(before)} before, none now"
        if not after
        else f"The history is shorter: {_steps(before)} before, {after} now"
    )
    if undone:
        summary += f" ({_steps(undone)} undone but kept)"
    details: dict[str, JsonValue] = {"steps_left": before, "steps_right": after, "undone_right": undone}
    action = Action.MODIFY if after else Action.REMOVE
    yield Change(action, "history", "history", summary, details, frozenset({HISTORY_LOST}))


def _count(entries: Iterable[Entry]) -> int:
    """The effective ones: darktable adds and drops the others with their shapes."""
    return sum(entry.operation != MASK_MANAGER for entry in entries)


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _modules(before: _Half, after: _Half) -> Iterator[Change]:
    for instance in sorted(before.instances.keys() - after.instances.keys()):
        yield Change(Action.REMOVE, "module", *_named(before.side(instance), "removed"))
    for instance in sorted(after.instances.keys() - before.instances.keys()):
        words = description(after.side(instance))
        yield Change(
            Action.ADD, "module", *_named(after.side(instance), f"added: {', '.join(words)}" if words else "added")
        )
    yield from _changed_modules(before, after)


def _named(side: Side, summary: str) -> tuple[str, str, dict[str, JsonValue]]:
    return _place(side.entry), summary, {"module": title(side.entry)}


def _changed_modules(before: _Half, after: _Half) -> Iterator[Change]:
    common = sorted(before.instances.keys() & after.instances.keys())
    changes = {instance: changes_of(before.side(instance), after.side(instance)) for instance in common}
    places = _places(before, after, [instance for instance in common if not changes[instance].kinds])
    for instance, change in changes.items():
        if change.kinds or instance in places:
            yield _changed(after.instances[instance], change, places.get(instance))


def _places(before: _Half, after: _Half, unchanged: list[Instance]) -> dict[Instance, tuple[str, int, int]]:
    """Which instances moved in the pixel pipe, or in the history, where a changed one becomes the last step anyway."""
    steps = moved(list(before.instances), list(after.instances), unchanged)
    pipe = moved(before.pipe, after.pipe, before.instances.keys() & after.instances.keys())
    in_steps = {instance: (_STEPS, *places) for instance, places in steps.items()}
    return in_steps | {instance: (_PIPE, *places) for instance, places in pipe.items()}


def _changed(entry: Entry, change: ModuleChange, place: tuple[str, int, int] | None) -> Change:
    action = Action.MODIFY if change.kinds else Action.REORDER
    details: dict[str, JsonValue] = {"module": title(entry)}
    if place is not None:
        where, old, new = place
        change.add("order", f"moved {where} from place {old} to {new}")
        details["position"] = [old, new]
    if change.settings:
        details["settings"] = {label: list(pair) for label, pair in change.settings.items()}
    details["changed"] = list[JsonValue](change.kinds)
    return Change(action, "module", _place(entry), ", ".join(change.words), details)


def _place(entry: Entry) -> str:
    return f"modules/{entry.operation}/{entry.multi_priority}"


def _unused_shapes(before: _Half, after: _Half) -> Iterator[Change]:
    words = shape_changes(before.unused_shapes(), after.unused_shapes())
    if words:
        yield Change(Action.MODIFY, "shapes", "shapes", f"Shapes that no module uses: {', '.join(words)}")
