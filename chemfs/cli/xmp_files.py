"""XMP files that are read one after another, without a repository."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from chemfs.cli.arguments import given_path
from chemfs.cli.errors import UnreadableInput, UnusableInput
from chemfs.cli.input_files import read_input
from chemfs.cli.progress import progress
from chemfs.cli.streams import print_error
from chemfs.exit_codes import REFUSED
from chemigram_core import sidecar, xmp
from chemigram_core.errors import InvalidXmp


def add_files(parser: argparse.ArgumentParser) -> None:
    """The arguments XMP..."""
    parser.add_argument("files", metavar="XMP", type=given_path, nargs="+", help="XMP file, or - for standard input")


class XmpFiles:
    """The parsed files, one after another; a file that is not an XMP is reported and skipped."""

    def __init__(self, files: list[Path], task: str, *, prints: bool = False) -> None:
        self.files = files
        self._task = task
        self._prints = prints
        self.exit_code = 0

    def __iter__(self) -> Iterator[tuple[Path, sidecar.Document]]:
        for path in progress(self.files, self._task, prints=self._prints):
            try:
                document = sidecar.parse(read_input(path, xmp.MAX_BYTES))
                document.canonical()  # rejects a file that is too large
                yield path, document
            except UnreadableInput as error:
                self._report(str(error))
            except InvalidXmp as error:
                self._report(str(UnusableInput(path, error)))

    def _report(self, message: str) -> None:
        print_error(message)
        self.exit_code = REFUSED
