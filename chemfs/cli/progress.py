"""Progress bars on stderr, drawn only when it is a terminal. Knows no repository."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from chemfs.cli.streams import unescaped

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_Item = TypeVar("_Item")


def progress(items: Sequence[_Item], task: str, *, prints: bool = False) -> Iterator[_Item]:
    """Each item, with a bar if there are several.

    A caller that `prints` a line for each item gets no bar on a terminal: the lines show the progress, and a bar would
    break them.
    """
    if len(items) < 2 or not sys.stderr.isatty() or (prints and sys.stdout.isatty()):
        yield from items
    else:
        with _bar() as bar:
            yield from bar.track(items, description=task)


@contextmanager
def task_progress(*, is_shown: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """A function to call with a task, the steps done and the total; each task gets a bar."""
    if not is_shown or not sys.stderr.isatty():
        yield lambda *_: None
        return
    with _bar() as bar:
        tasks: dict[str, TaskID] = {}

        def report(task: str, done: int, total: int) -> None:
            if task not in tasks:
                tasks[task] = bar.add_task(task)
            bar.update(tasks[task], completed=done, total=total)

        yield report


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(file=unescaped(sys.stderr)), transient=True, redirect_stdout=False)
