"""Output for people: aligned lines of plain text. Knows no repository.

Text from a repository is foreign: it must not control the terminal, nor change the order in which text is read.
`chemigram_core.printable` escapes it, and `streams` passes all output through the same function.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from chemigram_core.printable import INVISIBLE, printable

_NOT_IN_JSON = re.compile(f"(?!\n)[{INVISIBLE}]")


def print_fields(fields: Mapping[str, str | None]) -> None:
    """One `name  value` a line, the values aligned; fields without a value are left out."""
    width = max(map(len, fields))
    for name, value in fields.items():
        if value:
            print(f"{name:{width}}  {printable(value)}")


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """A table without lines: each column as wide as its widest cell on a terminal."""
    table = Table([max(map(_cells, map(printable, column))) for column in zip(*rows, strict=True)])
    for row in rows:
        table.print(row)


class Table:
    """A table without lines that prints each row as it comes: its columns may grow."""

    def __init__(self, widths: Sequence[int]) -> None:
        """`widths` are the expected column widths on a terminal."""
        self._widths = list(widths)

    def print(self, row: Sequence[str]) -> None:
        """Print a row."""
        cells = [printable(cell) for cell in row]
        self._widths = [max(width, _cells(cell)) for width, cell in zip(self._widths, cells, strict=True)]
        padded = (cell + " " * (width - _cells(cell)) for cell, width in zip(cells, self._widths, strict=True))
        print("  ".join(padded).rstrip())


def json_escaped(document: str) -> str:
    """A JSON document in which the characters that `printable` escapes are JSON escapes; its value stays the same."""
    return _NOT_IN_JSON.sub(_escape_in_json, document)


def wrapped(text: str, columns: int) -> str:
    """Each line broken between words where it is longer than `columns`; continuation lines are indented."""
    from textwrap import TextWrapper

    wrap = TextWrapper(columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrap.fill(line) for line in text.split("\n"))


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number with its noun; the plural ends with `s` unless it is given."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def local_time(timestamp: str) -> str:
    """A timestamp of the log in local time; unchanged if it is not ISO 8601."""
    try:
        return f"{datetime.fromisoformat(timestamp).astimezone():%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):  # the conversion may leave the range of years
        return timestamp


def _escape_in_json(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _cells(text: str) -> int:
    """The columns that printable text takes on a terminal; rich has the table of wide characters."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
