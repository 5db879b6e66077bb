"""Output for programs: one JSON document per command. Knows no repository."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

from chemfs.cli.text import json_escaped


def print_json(value: Any) -> None:
    """Print `value` as indented JSON; only characters that could control a terminal are escaped."""
    print(_document(value))


class JsonList:
    """A JSON list that is printed one value at a time."""

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
    """Print `value` as one line of JSON and flush it, for a program that reads while this one runs."""
    print(json_escaped(json.dumps(value, ensure_ascii=False)), flush=True)


def _document(value: Any) -> str:
    return json_escaped(json.dumps(value, ensure_ascii=False, indent=2))
