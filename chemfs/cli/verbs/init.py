"""chemfs init: create a repository, with a link to its image."""

from __future__ import annotations

import argparse

from chemfs.cli.arguments import add_trust, given_path, target_folder
from chemigram_core.folder_kind import refuse_library
from chemigram_core.repository import Repository

DESCRIPTION = """Create a repository for one image. The image is linked, never copied or written. Running init again in
a repository is safe: nothing in it is overwritten."""
EXAMPLE = "chemfs init sunset --image sunset.tif"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --image, --trust."""
    parser.add_argument("repository", metavar="REPO", type=target_folder, help="folder to create the repository in")
    parser.add_argument("--image", metavar="FILE", type=given_path, help="the image, which every state will show")
    add_trust(parser)


def run(options: argparse.Namespace) -> None:
    """Create it. Raises ALibrary, UnusableImage, UnusableImageFile or OtherImage, before anything is made."""
    refuse_library(options.repository)
    Repository.init(options.repository, options.image)
    print(f"repository ready: {options.repository}")
