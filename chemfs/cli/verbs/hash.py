"""canonicalize, hash: what a store would make of an XMP file, without a store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from chemfs.cli.output import print_error, printable, progress
from chemfs.cli.verbs.arguments import (
    UnreadableInput,
    UnusableInput,
    Verbs,
    add_verb,
    given_path,
    read_input,
    target_folder,
)
from chemfs.exit_codes import REFUSED
from chemigram_core import sidecar, xmp
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import InvalidXmp, Refused


class NeedsFolder(Refused):
    """Several canonical files can't all go to stdout."""

    def __init__(self) -> None:
        super().__init__("several files need a folder to go to: add `--into DIRECTORY`")


class SameNames(Refused):
    """Files from several folders can't go to one under the same name."""

    def __init__(self) -> None:
        super().__init__("two of the files have the same name: give each of them its own `--into DIRECTORY`")


def add_to(verbs: Verbs) -> None:
    """The verbs."""
    canonicalize = add_verb(verbs, "canonicalize", _canonicalize, "write an XMP in the one form that a state has")
    _add_files(canonicalize)
    canonicalize.add_argument(
        "--into", metavar="DIRECTORY", type=target_folder, help="write files of the same names there"
    )

    hash_ = add_verb(verbs, "hash", _hash, "print the identifier that an XMP would have")
    _add_files(hash_)
    hash_.add_argument("--edit", action="store_true", help="the identity of the edit, without bookkeeping")


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="XMP", type=given_path, nargs="+", help="a file; - is stdin")


def _canonicalize(options: argparse.Namespace) -> int:
    documents = _Documents(options.files, "canonicalizing")
    if options.into is not None:
        _canonicalize_into(options.into, documents)
    elif len(options.files) > 1:
        raise NeedsFolder
    else:
        for _, document in documents:
            sys.stdout.buffer.write(document.canonical())
    return documents.exit_code


def _canonicalize_into(directory: Path, documents: _Documents) -> None:
    if len({path.name for path in documents.files}) < len(documents.files):
        raise SameNames
    directory.mkdir(parents=True, exist_ok=True)
    with Folder.enter(directory) as folder:
        for path, document in documents:
            folder.write(path.name, document.canonical())


def _hash(options: argparse.Namespace) -> int:
    documents = _Documents(options.files, "hashing", prints=True)
    for path, document in documents:
        digest = document.edit_digest if options.edit else document.digest
        print(digest if len(options.files) == 1 else f"{digest}  {printable(str(path))}")
    return documents.exit_code


class _Documents:
    """The files, parsed one after another; one that is no XMP is reported and doesn't stop the others."""

    def __init__(self, files: list[Path], doing: str, *, prints: bool = False) -> None:
        self.files = files
        self._doing = doing
        self._prints = prints
        self.exit_code = 0

    def __iter__(self) -> Iterator[tuple[Path, sidecar.Document]]:
        for path in progress(self.files, self._doing, prints=self._prints):
            try:
                document = sidecar.parse(read_input(path, xmp.MAX_BYTES))
                document.canonical()  # refused here where it is too long
                yield path, document
            except UnreadableInput as error:
                self._report(str(error))
            except InvalidXmp as error:
                self._report(str(UnusableInput(path, error)))

    def _report(self, message: str) -> None:
        print_error(message)
        self.exit_code = REFUSED
