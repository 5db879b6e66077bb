"""chemfs relink: record where the image of a repository is now, or those of a library."""

from __future__ import annotations

import argparse

from chemfs import exit_codes
from chemfs.cli.arguments import add_json, add_place, add_trust, given_path
from chemfs.cli.errors import WrongUsage
from chemfs.cli.targets import Targets, targets_at
from chemigram_core.operations.relink import relink
from chemigram_core.repository import Repository

DESCRIPTION = """Record where the image of a repository is now, if its drive has another name or the photographs were
moved. The image is neither read nor written. The path is kept as given: an absolute one stays absolute; a relative one
stays relative, so the repository can be moved together with the photographs. For a library, FILE is the folder that
holds the photographs now: each is looked up there at its path in the library, and then by its name, if it is unique.
The exit code is 1 if one is not found."""
EXAMPLE = "chemfs relink sunset /media/archive/2026/sunset.tif"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, FILE, --rename, --dry-run, --json, --trust."""
    add_place(parser)
    parser.add_argument("image", metavar="FILE", type=given_path, help="the image; for a library, a folder of images")
    parser.add_argument(
        "--rename",
        action="store_true",
        help="if FILE has another name than the image had, rename the image and its sidecar in every state",
    )
    parser.add_argument("--dry-run", action="store_true", help="for a library: show what would be linked")
    add_json(parser)
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    """Link it. Raises WrongUsage, UnusableImage, UnusableImageFile, OtherImage; then nothing has changed."""
    found = targets_at(options.repository)
    if found.is_library:
        return _relink_all(found, options)
    if options.dry_run or options.json:
        raise WrongUsage("--dry-run and --json need a library, and this is one repository")
    relink(Repository(options.repository), options.image, rename=options.rename)
    print(f"image linked: {options.image}")
    return 0


def _relink_all(found: Targets, options: argparse.Namespace) -> int:
    from chemfs.cli.progress import task_progress
    from chemfs.cli.relink_output import print_report
    from chemigram_core.library.relink_all import relink_all

    if options.rename:
        raise WrongUsage("--rename takes one repository at a time")
    with task_progress() as progress:
        report = relink_all(found.members, options.image, dry_run=options.dry_run, progress=progress)
    print_report(report, is_dry_run=options.dry_run, as_json=options.json)
    return 0 if report.is_complete else exit_codes.PROBLEM_FOUND
