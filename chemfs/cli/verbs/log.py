"""chemfs log: what was done to a repository."""

from __future__ import annotations

import argparse
import sys
from itertools import islice

from chemfs.cli.arguments import add_json, add_repository, number_below
from chemfs.cli.json import print_json
from chemfs.cli.text import local_time, print_rows
from chemigram_core.log.entry import LogEntry
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository

DESCRIPTION = """Show what was done, newest first. On a terminal the snapshots are drawn as a graph, each with what it
changed."""
EXAMPLE = "chemfs log sunset -n 10"
MAX_LINES = 1_000_000_000  # more than any log has


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --branch, -n, --json."""
    add_repository(parser)
    parser.add_argument("--branch", metavar="NAME", type=BranchName, help="show only this branch")
    parser.add_argument("-n", dest="count", metavar="N", type=number_below(MAX_LINES), help="show at most N entries")
    add_json(parser)


def run(options: argparse.Namespace) -> None:
    """Print it, in the form that the reader needs. Raises RefMissing for an unknown branch."""
    repository = Repository(options.repository)
    wanted = repository.log.newest_first() if options.branch is None else repository.branch_log(options.branch)
    if options.json:
        print_json([entry.to_json() for entry in islice(wanted, options.count)])
    elif sys.stdout.isatty():
        from chemfs.cli.log_graph import draw

        draw(repository, wanted, options.count)
    else:
        print_rows([_row(entry) for entry in islice(wanted, options.count)])


def _row(entry: LogEntry) -> tuple[str, ...]:
    ref = (entry.ref or "").removeprefix("refs/")
    return local_time(entry.timestamp), (entry.hash or "")[:12], entry.op, ref, _details(entry)


def _details(entry: LogEntry) -> str:
    label = f'"{entry.label}"' if entry.label else ""
    masks = f"masks: {', '.join(entry.masks)}" if entry.masks else ""
    metadata = ", ".join(f"{key}: {_in_words(value)}" for key, value in entry.metadata.items())
    return "  ".join(filter(None, (label, metadata, masks)))


def _in_words(value: object) -> str:
    """A value of an entry's metadata; of a mapping (the provenance of masks) the names alone."""
    return ", ".join(value) if isinstance(value, dict) else str(value)
