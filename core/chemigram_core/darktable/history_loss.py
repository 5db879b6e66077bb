"""The steps that a save dropped from an edit history. A value type; knows no bytes and no log.

Losing a history is a common accident: a version of darktable that can't read a sidecar, or a module in it, writes back
only what it understood. A snapshot keeps the old state; this is the notice that there is something to go back to.
"""

from __future__ import annotations

from dataclasses import dataclass

from chemigram_core.darktable.entries import Entry, Instance
from chemigram_core.darktable.history import History


@dataclass(frozen=True, slots=True)
class HistoryLoss:
    """The lost steps. `instances` are the module instances that no step sets any more."""

    steps_before: int
    steps_after: int
    instances: tuple[Instance, ...]

    @property
    def vanished(self) -> bool:
        """Whether nothing is left of the history."""
        return not self.steps_after

    def __str__(self) -> str:
        """One line for a log: `history shrank from 5 to 4 steps (exposure is gone)`."""
        if self.vanished:
            return f"history of {self.steps_before} steps is gone"
        names = ", ".join(
            f"{operation} {priority}" if priority else operation for operation, priority in self.instances
        )
        if self.steps_after >= self.steps_before:
            return f"history lost {names}"
        gone = f" ({names} is gone)" if names else ""
        return f"history shrank from {self.steps_before} to {self.steps_after} steps{gone}"


def adds_steps(before: History, after: History) -> bool:
    """Whether `after` has steps that `before` never had: then it is another edit, not a remainder."""
    known = {_setting(entry) for entry in before.entries}
    return any(_setting(entry) not in known for entry in after.entries)


def _setting(entry: Entry) -> tuple[object, ...]:
    params = entry.params
    return (*entry.instance, entry.enabled, entry.modversion, params.data or params.text)


def history_loss(before: History, after: History) -> HistoryLoss | None:
    """What `after` lacks of `before`: steps, or all steps of a module instance. None where nothing is missing."""
    kept = {entry.instance for entry in after.entries}
    gone = tuple(dict.fromkeys(entry.instance for entry in before.entries if entry.instance not in kept))
    if len(after.entries) >= len(before.entries) and not gone:
        return None
    return HistoryLoss(len(before.entries), len(after.entries), gone)
