"""chemfs log: show what was done to a repository."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain, islice

from chemfs.cli.arguments import add_json, add_place, number_below
from chemfs.cli.json import JsonList
from chemfs.cli.targets import Targets, for_each, targets_at
from chemfs.cli.text import Table, local_time
from chemigram_core.errors import RefMissing
from chemigram_core.library.members import Member
from chemigram_core.log import operations
from chemigram_core.log.entry import LogEntry
from chemigram_core.names import BranchName
from chemigram_core.printable import printable
from chemigram_core.repository import Repository

DESCRIPTION = """Show what was done, newest first. On a terminal the snapshots are drawn as a graph, each with what it
changed. In a library, show each repository in turn."""
EXAMPLE = "chemfs log sunset -n 10"
MAX_LINES = 1_000_000_000  # more than any log has
_OPERATIONS = (name for key, name in vars(operations).items() if key.isupper())
_WIDTHS = (len("2026-01-01 00:00:00"), 12, max(map(len, _OPERATIONS)), len("heads/main"), 0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --branch, -n, --json."""
    add_place(parser)
    parser.add_argument("--branch", metavar="NAME", type=BranchName, help="show only this branch")
    count = "show at most N entries of a repository"
    parser.add_argument("-n", dest="count", metavar="N", type=number_below(MAX_LINES), help=count)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print it, as a graph, rows or JSON. Raises RefMissing for an unknown branch."""
    found = targets_at(options.repository)
    form = _Json(found) if options.json else _Graph(found) if sys.stdout.isatty() else _Rows(found)
    missing = []

    def work(member: Member) -> None:
        repository = Repository(member.root)
        try:
            entries = _begun(repository, options.branch)
        except RefMissing as error:  # not every image of a library has the branch
            missing.append(error)
        else:
            form.print(member, repository, entries, options.count)

    code = for_each(found, work, "reading", prints=True)
    if missing and len(missing) == len(found.members):
        raise missing[0]
    form.end()
    return code


def _begun(repository: Repository, branch: BranchName | None) -> Iterator[LogEntry]:
    """The entries, newest first; the first has already been read. Raises RefMissing."""
    entries = repository.log.newest_first() if branch is None else repository.branch_log(branch)
    return chain([first] if (first := next(entries, None)) else [], entries)


class _Json:
    """One list; if there are several repositories, each entry names its own."""

    def __init__(self, found: Targets) -> None:
        self._found, self._list = found, JsonList()

    def print(self, member: Member, _: Repository, entries: Iterator[LogEntry], count: int | None) -> None:
        for entry in islice(entries, count):
            self._list.print(self._found.key(member) | entry.to_json())

    def end(self) -> None:
        self._list.end()


class _Graph:
    """A graph for each repository; if there are several, below its name."""

    def __init__(self, found: Targets) -> None:
        self._found = found

    def print(self, member: Member, repository: Repository, entries: Iterator[LogEntry], count: int | None) -> None:
        from chemfs.cli.log_graph import draw

        for path in self._found.column(member):
            print(printable(path))
        draw(repository, entries, count)

    def end(self) -> None:
        """Nothing follows."""


class _Rows:
    """A row for each entry."""

    def __init__(self, found: Targets) -> None:
        paths = [max((len(path) for member in found.members for path in found.column(member)), default=0)]
        self._found, self._table = found, Table([*paths[: found.is_library], *_WIDTHS])

    def print(self, member: Member, _: Repository, entries: Iterator[LogEntry], count: int | None) -> None:
        for entry in islice(entries, count):
            self._table.print((*self._found.column(member), *_row(entry)))

    def end(self) -> None:
        """Nothing follows."""


def _row(entry: LogEntry) -> tuple[str, ...]:
    ref = (entry.ref or "").removeprefix("refs/")
    return local_time(entry.timestamp), (entry.hash or "")[:12], entry.op, ref, _details(entry)


def _details(entry: LogEntry) -> str:
    label = f'"{entry.label}"' if entry.label else ""
    masks = f"masks: {', '.join(entry.masks)}" if entry.masks else ""
    metadata = ", ".join(f"{key}: {_in_words(value)}" for key, value in entry.metadata.items())
    return "  ".join(filter(None, (label, metadata, masks)))


def _in_words(value: object) -> str:
    """A value of an entry's metadata; a mapping (the provenance of masks) is reduced to its keys."""
    return ", ".join(value) if isinstance(value, dict) else str(value)
