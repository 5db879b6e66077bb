"""The command line: runs one verb, and turns errors into one line and an exit code. Knows no verb itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chemfs import exit_codes
from chemfs.cli import streams
from chemfs.cli.errors import WrongUsage
from chemfs.cli.overview import VERBS, overview
from chemfs.cli.streams import flushed, print_error
from chemigram_core.errors import ChemigramError, shown

if TYPE_CHECKING:
    import argparse

    from chemfs.cli.parser import Parser, Verb

_PLACES = ("repository", "root", "library")  # what the verbs call it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Raises SystemExit for wrong usage and for a verb's --help."""
    with streams.prepared():
        return _main(sys.argv[1:] if arguments is None else arguments)


def _main(arguments: Sequence[str]) -> int:
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # as in `chemfs log | head`: the reader has stopped
        with flushed(sys.stdout):
            return 0
    except (ChemigramError, OSError) as error:
        from chemfs.cli.failure import failure

        return _failed(*failure(error))
    except KeyboardInterrupt:
        return _failed("interrupted", exit_codes.INTERRUPTED)
    except Exception as error:  # users never see a traceback
        return _failed(_internal_error(error), exit_codes.STORE_FAILED)
    return code


def _run(arguments: Sequence[str]) -> int:
    name, *rest = arguments or [""]
    if _asks_for_help(name):
        print(overview(), end="")
        return 0
    from chemfs.cli.parser import load, parser_of, refuse_usage

    if name not in VERBS:
        refuse_usage(f"no such verb: {shown(name)}" if name else "no verb given", "chemfs")
    verb = load(name)
    return _run_verb(verb, parser_of(name, verb), rest)


def _run_verb(verb: Verb, parser: Parser, arguments: Sequence[str]) -> int:
    options = parser.parse_intermixed_args(arguments)
    if hasattr(options, "repository"):
        from chemigram_core.progress import report_waiting

        report_waiting(_say_what_is_waited_for)
    if getattr(options, "trust", False):
        _trust(options)
    try:
        return verb.run(options) or 0
    except WrongUsage as error:
        parser.error(str(error))


def _trust(options: argparse.Namespace) -> None:
    """Trust the place that the verb works on."""
    from chemigram_core.durable.ownership import trust

    for name in _PLACES:
        if (place := getattr(options, name, None)) is not None:
            trust(place)


def _asks_for_help(word: str) -> bool:
    """Whether it is -h, --help or an abbreviation, as the verbs' parsers accept it."""
    return word == "-h" or (len(word) > 2 and "--help".startswith(word))


def _say_what_is_waited_for(repository: Path) -> None:
    print_error(f"waiting for another program to finish its change to {repository}; press Ctrl-C to stop waiting")


def _failed(message: str, code: int) -> int:
    with flushed(sys.stdout):
        print_error(message)
    return code


def _internal_error(error: Exception) -> str:
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1]
    file_name = place.filename.rpartition("/")[2]
    return f"internal error: {error!r} at {file_name}:{place.lineno}; please report it"
