"""chemfs export: copy a state's files to a folder."""

from __future__ import annotations

import argparse

from chemfs import exit_codes
from chemfs.cli.arguments import add_repository, add_revision, target_folder
from chemfs.cli.progress import task_progress
from chemfs.cli.streams import print_error
from chemigram_core.operations.export import export
from chemigram_core.repository import Repository

DESCRIPTION = """Copy a state's files to a new or empty folder. No mount is needed. With --drawn, the masks that
are drawn in darktable are copied too, as pictures. The exit code is 1 if the image is missing: the folder then has all
the other files."""
EXAMPLE = "chemfs export sunset v1_export ~/as-exported"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, REV, DIRECTORY, --drawn."""
    add_repository(parser)
    add_revision(parser)
    parser.add_argument("directory", metavar="DIRECTORY", type=target_folder, help="new or empty folder")
    parser.add_argument("--drawn", action="store_true", help="also copy the masks that are drawn in darktable")


def run(options: argparse.Namespace) -> int:
    """Copy them; the exit code says whether the image was missing.

    Raises UnknownRevision, AmbiguousRevision, NoState, FolderNotEmpty.
    """
    repository = Repository(options.repository)
    digest = repository.resolve(options.rev)
    with task_progress() as report:
        exported = export(repository, digest, options.directory, report, drawn=options.drawn)
    print(f"{len(exported.files)} files of {digest[:12]} in {options.directory}")
    if exported.image_problem is None:
        return 0
    print_error(f"the folder has no image: {exported.image_problem}")
    return exit_codes.PROBLEM_FOUND
