"""chemfs hash: print the identifiers of XMP files."""

from __future__ import annotations

import argparse

from chemfs.cli.xmp_files import XmpFiles, add_files
from chemigram_core.printable import printable

DESCRIPTION = """Print the identifiers that XMP files would have in a repository. With several files, print a line for
each, as sha256sum does."""
EXAMPLE = "chemfs hash sunset.tif.xmp"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """XMP..., --edit."""
    add_files(parser)
    parser.add_argument("--edit", action="store_true", help="print the identity of the edit, which ignores bookkeeping")


def run(options: argparse.Namespace) -> int:
    """Print them; the exit code says whether all could be read."""
    documents = XmpFiles(options.files, "hashing", prints=True)
    for path, document in documents:
        digest = document.edit_digest if options.edit else document.digest
        print(digest if len(options.files) == 1 else f"{digest}  {printable(str(path))}")
    return documents.exit_code
