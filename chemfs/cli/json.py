"""Output for programs: one JSON document for a command. Knows no repository."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

from chemfs.cli.text import json_escaped


def print_json(value: Any) -> None:
    """Print `value` as JSON, indented; every character is itself, but for those that a terminal must not get."""
    print(_document(value))


class JsonList:
    """A list that is printed in the same way, each value as it comes."""

    def __init__(self) -> None:
        self._before = "["

    def print(self, value: Any) -> None:
        """Print the next value."""
        print(self._before)
        print(indent(_document(value), "  "), end="")
        self._before = ","

    def end(self) -> None:
        """Print the end of the list."""
        print("[]" if self._before == "[" else "\n]")


def print_json_line(value: Any) -> None:
    """Print `value` as one line of JSON at once, for a program that reads on while this one runs."""
    print(json_escaped(json.dumps(value, ensure_ascii=False)), flush=True)


def _document(value: Any) -> str:
    return json_escaped(json.dumps(value, ensure_ascii=False, indent=2))
