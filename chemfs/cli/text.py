"""What the commands print: lines for people, JSON for programs, one line for an error. Knows no repository."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_Item = TypeVar("_Item")


def print_json(value: Any) -> None:
    """One JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_fields(fields: Mapping[str, str | None]) -> None:
    """One `name  value` a line, the values under each other; those without a value are left out."""
    width = max(map(len, fields))
    for name, value in fields.items():
        if value:
            print(f"{name:{width}}  {printable(value)}")


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """A table without lines: columns as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(f"{printable(cell):{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def print_error(message: str) -> None:
    """One line on stderr; where nobody can read it, the exit code still tells."""
    with flushed(sys.stderr):
        print(f"chemfs: {printable(message)}", file=sys.stderr)


@contextmanager
def flushed(stream: TextIO) -> Iterator[None]:
    """Write a stream out at the end of the context; what nobody can read goes nowhere.

    It must not stay in the stream: the interpreter would fail to write it, too, and end with an exit code of its own.
    """
    try:
        yield
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def printable(text: str) -> str:
    """A foreign text for a terminal: what would steer the terminal is escaped."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def wrapped(text: str, columns: int) -> str:
    """Lines that are longer broken between words, and what follows set in."""
    wrap = TextWrapper(columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrap.fill(line) for line in text.split("\n"))


def time_for_people(timestamp: str) -> str:
    """A timestamp of the log by the clock on the wall here; as it stands when it is no ISO 8601."""
    try:
        return f"{datetime.fromisoformat(timestamp).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return timestamp


def progress(items: Sequence[_Item], doing: str, *, prints: bool = False) -> Iterator[_Item]:
    """Each item, with a bar on stderr when that is a terminal and there are several.

    Who `prints` a line for each shows on a terminal how far it is; a bar in between would break the lines.
    """
    if len(items) < 2 or not sys.stderr.isatty() or (prints and sys.stdout.isatty()):
        yield from items
    else:
        with _bar() as bar:
            yield from bar.track(items, description=doing)


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """For work that tells what it is doing, how many steps of it are done, and of how many: a bar for each doing."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    with _bar() as bar:
        tasks: dict[str, TaskID] = {}

        def tell(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bar.add_task(doing)
            bar.update(tasks[doing], completed=done, total=total)

        yield tell


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True, redirect_stdout=False)
