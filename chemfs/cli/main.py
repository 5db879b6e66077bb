"""The command line: finds the verb, and turns what goes wrong into one line and an exit code. Knows no verb itself."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from chemfs import exit_codes
from chemfs.cli.output import flushed, print_error
from chemfs.cli.verbs import compare, history, masks, mounts, refs, sidecars, states, upkeep
from chemigram_core.errors import ChemigramError, Refused

NOUNS = (states, history, refs, masks, compare, mounts, sidecars, upkeep)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print_error(f"{message}; `{self.prog} --help` says more")
        raise SystemExit(exit_codes.WRONG_USAGE)


class _VerbParser(_Parser):
    """Takes options between the arguments too, as in `tag REPO --delete NAME`, which argparse doesn't by itself."""

    _entered = False

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """What the parser of all verbs calls; it is called again by the method that sorts options from arguments."""
        if self._entered:
            return super().parse_known_args(args, namespace)
        self._entered = True
        return self.parse_known_intermixed_args(args, namespace)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Raises SystemExit for wrong usage and for --help."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        options = parser().parse_args(arguments)
        code: int = options.run(options) or 0
        sys.stdout.flush()
    except ChemigramError as error:
        return _failed(str(error), exit_codes.REFUSED if isinstance(error, Refused) else exit_codes.STORE_FAILED)
    except BrokenPipeError:  # `chemfs log | head` read all it wanted
        with flushed(sys.stdout):
            return 0
    except OSError as error:
        return _failed(_of_the_system(error), exit_codes.STORE_FAILED)
    except KeyboardInterrupt:
        return _failed("stopped", exit_codes.INTERRUPTED)
    except Exception as error:  # a person is never shown a traceback
        return _failed(_of_ours(error), exit_codes.STORE_FAILED)
    return code


def parser() -> argparse.ArgumentParser:
    """All verbs with their arguments."""
    root = _Parser(prog="chemfs", description="Every edit of an image in darktable, kept and shown as ordinary files.")
    verbs = root.add_subparsers(metavar="VERB", required=True, parser_class=_VerbParser)
    for noun in NOUNS:
        noun.add_to(verbs)
    return root


def _open_closed_streams() -> None:
    """Where a caller closed one (`>&-`), nothing is read or written, and no file of a repository gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _failed(message: str, code: int) -> int:
    with flushed(sys.stdout):
        print_error(message)
    return code


def _of_the_system(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    if isinstance(error, PermissionError):
        reason += "; do it as who owns it, or give yourself the right with chmod"
    return f"{error.filename}: {reason}" if error.filename else reason


def _of_ours(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"an error in chemfs itself, please report it: {error!r} at {Path(place.filename).name}:{place.lineno}"
