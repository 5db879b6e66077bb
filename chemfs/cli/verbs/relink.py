"""chemfs relink: where the image of a repository is now."""

from __future__ import annotations

import argparse

from chemfs.cli.arguments import add_repository, given_path
from chemigram_core.operations.relink import relink
from chemigram_core.repository import Repository

DESCRIPTION = """Record where the image of a repository is now, if its drive has another name or the photographs were
moved. The image is neither read nor written. The path is kept as given: an absolute one stays absolute; a relative one
stays relative, so the repository can be moved together with the photographs."""
EXAMPLE = "chemfs relink sunset /media/archive/2026/sunset.tif"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, FILE, --rename."""
    add_repository(parser)
    parser.add_argument("image", metavar="FILE", type=given_path, help="the image")
    parser.add_argument(
        "--rename",
        action="store_true",
        help="if FILE has another name than the image had, give the image that name in every state, its sidecar too",
    )


def run(options: argparse.Namespace) -> None:
    """Link it. Raises UnusableImage, UnusableImageFile, OtherImage; then nothing has changed."""
    relink(Repository(options.repository), options.image, rename=options.rename)
    print(f"image linked: {options.image}")
