"""Output for people: aligned lines of plain text. Knows no repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime


def print_fields(fields: Mapping[str, str | None]) -> None:
    """One `name  value` a line, the values aligned; fields without a value are left out."""
    width = max(map(len, fields))
    for name, value in fields.items():
        if value:
            print(f"{name:{width}}  {printable(value)}")


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """A table without lines: each column as wide as its widest cell on a terminal."""
    table = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(_cells, column)) for column in zip(*table, strict=True)]
    for row in table:
        padded = (cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())


def printable(text: str) -> str:
    """Foreign text for a terminal: characters that would control the terminal are escaped."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def wrapped(text: str, columns: int) -> str:
    """Each line broken between words where it is longer than `columns`; continuation lines are indented."""
    from textwrap import TextWrapper

    wrap = TextWrapper(columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrap.fill(line) for line in text.split("\n"))


def local_time(timestamp: str) -> str:
    """A timestamp of the log in local time; unchanged if it is not ISO 8601."""
    try:
        return f"{datetime.fromisoformat(timestamp).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return timestamp


def _cells(text: str) -> int:
    """How many columns a terminal needs for printable text; rich has the table of wide characters."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
