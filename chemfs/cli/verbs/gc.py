"""chemfs gc: remove what is no longer reachable."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import timedelta

from rich.filesize import decimal

from chemfs.cli.arguments import add_place, add_trust, number_below
from chemfs.cli.progress import task_progress
from chemfs.cli.ref_arguments import warn_of_aliens
from chemfs.cli.targets import for_each, targets_at
from chemfs.cli.text import Table, counted
from chemigram_core import gc
from chemigram_core.library.members import Member
from chemigram_core.previews.preview_file import Preview
from chemigram_core.printable import printable
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind, StoredObject

DESCRIPTION = """Remove snapshots that no branch, tag or HEAD reaches, masks that no remaining snapshot has, and
pictures that are no longer shown. Recent snapshots and masks are kept, and those that are open in a mount. In a
library, do so in each repository."""
EXAMPLE = "chemfs gc sunset --dry-run"
MAX_DAYS = 100_000  # more than any clock counts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --dry-run, --keep-days, --unlogged, --trust."""
    add_place(parser)
    parser.add_argument("--dry-run", action="store_true", help="list what would be removed, but remove nothing")
    lost = "also remove snapshots that are not in the log"
    parser.add_argument("--unlogged", action="store_true", help=lost)
    keep = f"keep objects younger than N days (default {gc.GRACE.days})"
    parser.add_argument("--keep-days", metavar="N", type=number_below(MAX_DAYS), default=gc.GRACE.days, help=keep)
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    """Remove or list it. Raises LogDamaged, RegistryDamaged."""
    found = targets_at(options.repository)
    gone: list[StoredObject] = []
    previews: list[Preview] = []
    table = Table([0] * found.is_library + [len("snapshot"), 64, 0])

    def work(member: Member) -> None:
        garbage = _collect(member, options, shows_progress=not found.is_library)
        objects = [*garbage.snapshots, *garbage.masks]
        gone.extend(objects)
        previews.extend(garbage.previews)
        if options.dry_run:
            for one in objects:
                table.print((*found.column(member), one.kind.name.lower(), one.digest, decimal(one.size_bytes)))
            for picture in garbage.previews:
                table.print((*found.column(member), *_cells(picture)))
        elif (objects or garbage.previews) and found.is_library:
            print(printable(f"{member.path}: removed {_in_words(objects, garbage.previews)}"))

    code = for_each(found, work, "collecting", prints=options.dry_run)
    where = f" in {found.in_words()}" if found.is_library else ""
    print(f"{'would remove' if options.dry_run else 'removed'} {_in_words(gone, previews)}{where}")
    return code


def _collect(member: Member, options: argparse.Namespace, *, shows_progress: bool) -> gc.Garbage:
    repository = Repository(member.root)
    work = gc.find_garbage if options.dry_run else gc.collect
    warn_of_aliens(repository, member.path)
    with task_progress(is_shown=shows_progress) as report:  # a library has a progress bar of its own
        return work(repository, timedelta(options.keep_days), report, unlogged=options.unlogged)


def _cells(picture: Preview) -> tuple[str, str, str]:
    return "picture", picture.name.snapshot, decimal(picture.status.st_size)


def _in_words(objects: Sequence[StoredObject], previews: Sequence[Preview]) -> str:
    kinds = ((Kind.SNAPSHOT, "snapshot"), (Kind.MASK, "mask"))
    snapshots, masks = (counted(sum(one.kind is kind for one in objects), noun) for kind, noun in kinds)
    words = f"{snapshots} and {masks}, {decimal(sum(one.size_bytes for one in objects))}"
    if not previews:
        return words
    return f"{words}; {counted(len(previews), 'picture')}, {decimal(sum(one.status.st_size for one in previews))}"
