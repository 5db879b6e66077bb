"""The parser of one verb. Only the module of that verb is imported."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import NoReturn, Protocol, cast

from chemfs import exit_codes
from chemfs.cli.streams import print_error


class Verb(Protocol):
    """The interface of each module in `verbs/`. The module has the name of the verb."""

    DESCRIPTION: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the verb's arguments and options."""

    def run(self, options: argparse.Namespace) -> int | None:
        """Run the verb; return an exit code other than 0. Raises WrongUsage, ChemigramError, OSError."""


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and exit."""
        refuse_usage(message, self.prog)


def load(name: str) -> Verb:
    """The module of a verb."""
    return cast(Verb, import_module(f"chemfs.cli.verbs.{name}"))


def parser_of(name: str, verb: Verb) -> Parser:
    """A verb's parser; call `parse_intermixed_args`, so that options may come between the arguments."""
    parser = Parser(prog=f"chemfs {name}", description=verb.DESCRIPTION, epilog=f"Example: {verb.EXAMPLE}")
    verb.add_arguments(parser)
    return parser


def refuse_usage(message: str, program: str) -> NoReturn:
    """Report wrong usage, and exit."""
    print_error(f"{message}; see `{program} --help`")
    raise SystemExit(exit_codes.WRONG_USAGE)
