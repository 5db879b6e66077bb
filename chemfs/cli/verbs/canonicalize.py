"""chemfs canonicalize: write XMP files in canonical form."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chemfs.cli.arguments import target_folder
from chemfs.cli.errors import NeedsFolder, SameNames
from chemfs.cli.xmp_files import XmpFiles, add_files
from chemigram_core.durable.folder import Folder

DESCRIPTION = "Write XMP files in canonical form: one file to standard output, or any number to a folder."
EXAMPLE = "chemfs canonicalize *.xmp --into canonical"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """XMP..., --into."""
    add_files(parser)
    into = "write files of the same names to DIRECTORY (default: standard output)"
    parser.add_argument("--into", metavar="DIRECTORY", type=target_folder, help=into)


def run(options: argparse.Namespace) -> int:
    """Write them; the exit code says whether all could be read. Raises NeedsFolder, SameNames."""
    documents = XmpFiles(options.files, "canonicalizing")
    if options.into is not None:
        _write_into(options.into, documents)
    elif len(options.files) > 1:
        raise NeedsFolder
    else:
        for _, document in documents:
            _print(document.canonical())
    return documents.exit_code


def _print(canonical: bytes) -> None:
    """Print the bytes unchanged, but escape them on a terminal like all foreign text."""
    if sys.stdout.isatty():
        sys.stdout.write(canonical.decode())
    else:
        sys.stdout.buffer.write(canonical)


def _write_into(directory: Path, documents: XmpFiles) -> None:
    if len({path.name for path in documents.files}) < len(documents.files):
        raise SameNames
    directory.mkdir(parents=True, exist_ok=True)
    with Folder.enter(directory) as folder:
        for path, document in documents:
            folder.write(path.name, document.canonical())
