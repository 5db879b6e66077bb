"""chemfs gallery: write the history as a web page."""

from __future__ import annotations

import argparse
from pathlib import Path

from chemfs import exit_codes
from chemfs.cli.arguments import add_place, target_folder
from chemfs.cli.interruption import clear_up_on_sigterm
from chemfs.cli.mount_source import mount_source
from chemfs.cli.progress import task_progress
from chemfs.cli.streams import print_error
from chemfs.cli.targets import targets_at
from chemigram_core.repository import Repository
from chemigram_core.status.attention import Kind

DESCRIPTION = """Write a web page that shows the history of an image, without a server or a network: the
states as pictures with their branches and tags, before and after, the masks, and what changed in words. For a library,
an overview of its images with a page for each. `chemfs render` makes the pictures. DIR is a new folder, or that of an
earlier gallery, which is replaced."""
EXAMPLE = "chemfs gallery sunset ~/sunset-gallery"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, DIR."""
    add_place(parser)
    about = "folder to write to (default: NAME-gallery in the current folder)"
    parser.add_argument("directory", metavar="DIR", type=target_folder, nargs="?", help=about)


def run(options: argparse.Namespace) -> int:
    """Write it, and print the path of its first page; the exit code says whether an image or a state can't be read.

    Raises NotARepository, NotAGallery, NotAPlace, InsideMount.
    """
    from chemigram_core.gallery.gallery import PAGE_FILE, image_gallery, library_gallery

    clear_up_on_sigterm()
    place = mount_source(options.repository)
    found, name = targets_at(place), place.resolve().name
    target = options.directory or Path(f"{name}-gallery")
    if found.is_library:
        with task_progress() as report:
            overview = library_gallery(found.members, name, target, report)
        unread = [(card.path, one.says) for card in overview.cards for one in card.attention if one.kind in _UNREAD]
    else:
        page = image_gallery(Repository(place), name, target)
        unread = [(state.moment.digest[:12], says) for state in page.states for says in state.problems]
    print(target / PAGE_FILE)
    for path, says in unread:
        print_error(f"{path}: {says}")
    return exit_codes.PROBLEM_FOUND if unread else 0


_UNREAD = (Kind.DAMAGED, Kind.UNREADABLE)
