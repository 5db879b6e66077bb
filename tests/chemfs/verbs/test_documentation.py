"""docs/commands.md names every verb and its options, and no other."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from chemfs import exit_codes
from chemfs.cli.overview import VERBS
from chemfs.cli.parser import load, parser_of

PAGE = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
SAID_BELOW = {"--json", "--markdown", "--help", "--trust"}


def verbs() -> dict[str, argparse.ArgumentParser]:
    return {verb: parser_of(verb, load(verb)) for verb in VERBS}


def documented(verb: str) -> str:
    """The usages that the page gives of a verb."""
    return " ".join(re.findall(rf"^\| `(chemfs {verb}\b[^`]*)`", PAGE, re.MULTILINE))


def test_page_lists_exactly_the_existing_verbs() -> None:
    assert set(re.findall(r"^\| `chemfs (\w+)", PAGE, re.MULTILINE)) == set(verbs())


def test_the_page_names_their_options() -> None:
    for verb, options in verbs().items():
        wanted = {
            action.option_strings[-1]
            for action in options._actions
            if action.option_strings and action.help != argparse.SUPPRESS
        }
        assert set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", documented(verb))) == wanted - SAID_BELOW, verb


def test_the_page_names_the_exit_codes() -> None:
    ours = {code for name, code in vars(exit_codes).items() if name.isupper() and name != "INTERRUPTED"}
    assert set(map(int, re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE))) == ours | {0}
