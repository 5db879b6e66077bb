"""Changes that pause after each step that must be durable before the next one. Knows no repository."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from typing import TypeVar

from chemigram_core.errors import ChemigramError

_T = TypeVar("_T")


def finish(steps: Generator[None, None, _T]) -> _T:
    """Do all steps at once, for a caller that syncs every file when it is written."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: _T = done.value
            return result


def made_durable(alone: Callable[[], None]) -> Generator[None, None, None]:
    """Pause until what was written is durable. If the sync of all changes fails, `alone` does it for this one."""
    try:
        yield
    except OSError:
        alone()


def together(changes: Sequence[Generator[None, None, _T]]) -> Generator[None, None, list[_T]]:
    """Several changes, step by step side by side. If one fails, all are failed, the last one first."""
    results: dict[int, _T] = {}
    pending = dict(enumerate(changes))
    try:
        while pending:
            for number in list(pending):
                try:
                    next(pending[number])
                except StopIteration as done:
                    results[number] = done.value
                    del pending[number]
            if pending:
                yield
    except (ChemigramError, OSError) as error:
        fail(list(pending.values()), error)
        raise
    return [results[number] for number in range(len(changes))]


def fail(pending: Sequence[Generator[None, None, object]], error: ChemigramError | OSError) -> None:
    """Let unfinished changes undo what they can, the last one first."""
    for steps in reversed(pending):
        with suppress(ChemigramError, OSError, StopIteration):
            steps.throw(error)
