"""chemfs gc: what nothing needs any more, removed."""

from __future__ import annotations

import argparse
from datetime import timedelta

from rich.filesize import decimal

from chemfs.cli.arguments import add_repository, number_below
from chemfs.cli.progress import task_progress
from chemfs.cli.ref_arguments import warn_of_aliens
from chemfs.cli.text import print_rows
from chemigram_core import gc
from chemigram_core.repository import Repository

DESCRIPTION = """Remove snapshots that no branch, tag or HEAD reaches, and masks that no remaining snapshot has. Recent
snapshots and masks are kept, and whatever is open in a mount."""
EXAMPLE = "chemfs gc sunset --dry-run"
MAX_DAYS = 100_000  # more than any clock has counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --dry-run, --keep-days, --unlogged."""
    add_repository(parser)
    parser.add_argument("--dry-run", action="store_true", help="list what would be removed, but remove nothing")
    lost = "remove snapshots that no line of the log names, too"
    parser.add_argument("--unlogged", action="store_true", help=lost)
    keep = f"keep objects younger than N days (default {gc.GRACE.days})"
    parser.add_argument("--keep-days", metavar="N", type=number_below(MAX_DAYS), default=gc.GRACE.days, help=keep)


def run(options: argparse.Namespace) -> None:
    """Remove or list it. Raises LogDamaged, RegistryDamaged."""
    repository = Repository(options.repository)
    work = gc.find_garbage if options.dry_run else gc.collect
    warn_of_aliens(repository)
    with task_progress() as report:
        garbage = work(repository, timedelta(options.keep_days), report, unlogged=options.unlogged)
    if options.dry_run:
        found = (*garbage.snapshots, *garbage.masks)
        print_rows([(one.kind.name.lower(), one.digest, decimal(one.size_bytes)) for one in found])
    print(f"{'would remove' if options.dry_run else 'removed'} {_in_words(garbage)}")


def _in_words(garbage: gc.Garbage) -> str:
    counts = ((len(garbage.snapshots), "snapshot"), (len(garbage.masks), "mask"))
    snapshots, masks = (f"{count} {noun}{'s' if count != 1 else ''}" for count, noun in counts)
    return f"{snapshots} and {masks}, {decimal(garbage.size_bytes)}"
