"""What became of a history: lost steps first, then module by module, then their order. Knows no metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chemigram_core.compare.edit.facts import HISTORY_LOST, Fact
from chemigram_core.compare.edit.module_changes import ModuleChange, Side, changes_of, description
from chemigram_core.compare.edit.modules import title
from chemigram_core.compare.edit.order import Instance, moved, pipe_order
from chemigram_core.compare.edit.shapes import Shapes, parts, shape_changes, shapes_of
from chemigram_core.compare.item import JsonValue
from chemigram_core.compare.node import Action
from chemigram_core.xmp import Document, Entry, History

_MASKS_ONLY = "mask_manager"  # an entry that carries shapes and does nothing itself
_PIPE, _STEPS = "in the pixel pipe", "in the history"


def history_facts(left: Document, right: Document) -> list[Fact]:
    """All differences of two histories that are seen in their modules, shapes and order."""
    before, after = _Half.of(left), _Half.of(right)
    return [
        *_loss(left.history, right.history),
        *_modules(before, after),
        *_unused_shapes(before, after),
    ]


@dataclass(frozen=True, slots=True)
class _Half:
    """One of the two histories, read as far as comparing needs."""

    instances: Mapping[Instance, Entry]
    shapes: Shapes
    pipe: list[Instance]

    @classmethod
    def of(cls, document: Document) -> _Half:
        history = document.history
        instances = {key: entry for key, entry in history.instances.items() if entry.operation != _MASKS_ONLY}
        return cls(instances, shapes_of(history), pipe_order(history, document.properties))

    def side(self, instance: Instance) -> Side:
        return Side(self.instances[instance], self.shapes)

    def unused_shapes(self) -> Shapes:
        sides = map(self.side, self.instances)
        used = {number for side in sides if side.blending for number in parts(self.shapes, side.blending.mask_id)}
        return {number: form for number, form in self.shapes.items() if number not in used}


def _loss(left: History, right: History) -> Iterator[Fact]:
    """A history that vanished or got shorter: the accident that a store of edits exists for."""
    before, after = len(left.effective), len(right.effective)
    if after >= before:
        return
    undone = len(right.entries) - after
    summary = (
        f"The history is gone: {_steps(before)} before, none now"
        if not after
        else f"The history got shorter: {_steps(before)} before, {after} now"
    )
    if undone:
        summary += f" ({_steps(undone)} undone but kept)"
    details: dict[str, JsonValue] = {"steps_left": before, "steps_right": after, "undone_right": undone}
    action = Action.MODIFY if after else Action.REMOVE
    yield Fact(action, "history", "history", summary, details, frozenset({HISTORY_LOST}))


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _modules(before: _Half, after: _Half) -> Iterator[Fact]:
    places = _places(before, after)
    for instance in sorted(before.instances.keys() | after.instances.keys()):
        if instance not in before.instances:
            yield _one_sided(Action.ADD, after.side(instance))
        elif instance not in after.instances:
            yield _one_sided(Action.REMOVE, before.side(instance))
        elif fact := _changed(before.side(instance), after.side(instance), places.get(instance)):
            yield fact


def _places(before: _Half, after: _Half) -> dict[Instance, tuple[str, int, int]]:
    """Where instances moved: in the pipe when both XMPs tell its order, else among the steps of the history."""
    steps = moved(list(before.instances), list(after.instances))
    found = {instance: (_STEPS, *places) for instance, places in steps.items()}
    pipes = [[instance for instance in half.pipe if instance in half.instances] for half in (before, after)]
    found |= {instance: (_PIPE, *places) for instance, places in moved(*pipes).items()}
    return found


def _one_sided(action: Action, side: Side) -> Fact:
    words = description(side) if action is Action.ADD else []
    summary = f"added: {', '.join(words)}" if words else ("added" if action is Action.ADD else "removed")
    return Fact(action, "module", _place(side.entry), summary, {"module": title(side.entry)})


def _changed(left: Side, right: Side, place: tuple[str, int, int] | None) -> Fact | None:
    change = changes_of(left, right)
    action = Action.MODIFY if change.kinds else Action.REORDER
    if place is not None:
        where, old, new = place
        change.kinds.append("order")
        if where is _PIPE or action is Action.REORDER:  # a changed module always becomes the last step of a history
            change.words.append(f"moved {where} from place {old} to {new}")
    if not change.kinds:
        return None
    details = _details(change, right.entry) | ({} if place is None else {"position": list(place[1:])})
    return Fact(action, "module", _place(right.entry), ", ".join(change.words), details)


def _details(change: ModuleChange, entry: Entry) -> dict[str, JsonValue]:
    kinds: list[JsonValue] = list(change.kinds)
    details: dict[str, JsonValue] = {"changed": kinds, "module": title(entry)}
    if change.settings:
        details["settings"] = {label: list(pair) for label, pair in change.settings.items()}
    return details


def _place(entry: Entry) -> str:
    return f"modules/{entry.operation}/{entry.multi_priority}"


def _unused_shapes(before: _Half, after: _Half) -> Iterator[Fact]:
    words = shape_changes(before.unused_shapes(), after.unused_shapes())
    if words:
        yield Fact(Action.MODIFY, "shapes", "shapes", f"Shapes that no module uses: {', '.join(words)}")
