"""The log as a terminal shows it: branches as lines, a row for each save, and what it changed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice, pairwise, tee

from rich.console import Console
from rich.text import Text

from chemfs.cli.graph import Graph
from chemfs.cli.streams import unescaped
from chemfs.cli.text import local_time
from chemigram_core.compare.edit.headline import headline
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, StoreFailed
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.metadata import HISTORY_LOSS
from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.printable import printable
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository

_DIGITS = 8  # of an identifier: enough to be unambiguous, and leaves room for the change on a narrow terminal
_TO_THE_MINUTE = len("2026-01-01 00:00")


def draw(
    repository: Repository,
    newest_first: Iterable[LogEntry],
    max_rows: int | None = None,
    console: Console | None = None,
) -> None:
    """Print the saves among the entries, at most `max_rows`; each row appears as soon as its change is known."""
    console = console or Console(file=unescaped(sys.stdout), highlight=False)
    names = _names(repository)
    listed, drawn = tee(islice(_saves(newest_first), max_rows))
    graph: Graph[str] = Graph()
    rows = graph.rows((_node(repository, entry, digest), _before(repository, entry)) for entry, digest in drawn)
    for (entry, digest), (drawing, joins) in zip(listed, rows, strict=True):
        for join in joins:
            console.print(Text(join, "blue"))
        about = _about(entry, names.pop(digest, []))
        row = Text.assemble((f"{drawing} ", "blue"), (digest[:_DIGITS], "yellow"), *about)
        row.append_text(_change(repository, entry, digest))
        console.print(row, no_wrap=True, overflow="ellipsis", soft_wrap=False)


def _node(repository: Repository, entry: LogEntry, digest: Digest) -> str:
    """What a row shows: a state, or the return of a branch to one."""
    return f"{entry.timestamp} {digest}" if _is_return(repository, entry, digest) else digest


def _is_return(repository: Repository, entry: LogEntry, digest: Digest) -> bool:
    return repository.history.first_saved(digest) != entry.timestamp


def _before(repository: Repository, entry: LogEntry) -> Digest | None:
    """What the branch pointed at before a save: the parent of the state, unless it is a return."""
    if entry.parent or entry.ref is None:
        return entry.parent
    stood = repository.history.moments(entry.ref)
    return next((earlier.digest for earlier, later in pairwise(stood) if later.timestamp == entry.timestamp), None)


def _saves(newest_first: Iterable[LogEntry]) -> Iterator[tuple[LogEntry, Digest]]:
    """The saves, each with the latest label of its state."""
    labels: dict[Digest, str] = {}
    for entry in newest_first:
        if entry.hash and entry.label:
            labels.setdefault(entry.hash, entry.label)
        if entry.hash and entry.op == SNAPSHOT:
            yield replace(entry, label=labels.get(entry.hash)), entry.hash


def _about(entry: LogEntry, names: list[str]) -> Iterator[tuple[str, str]]:
    yield f"  {printable(local_time(entry.timestamp)[:_TO_THE_MINUTE])}", "dim"
    if names:
        yield f"  [{printable(', '.join(names))}]", "green"
    if entry.label:
        yield f'  "{printable(entry.label)}"', "bold"
    if HISTORY_LOSS in entry.metadata:
        yield "  history lost", "bold red"  # the change that follows says what was lost


def _change(repository: Repository, entry: LogEntry, digest: Digest) -> Text:
    """What a save changed, or that its objects were collected: the log outlives them."""
    if (earlier := _before(repository, entry)) is None:
        return Text("")
    with suppress(StoreFailed, InvalidXmp):
        before, after = repository.states.document(earlier), repository.states.document(digest)
        return Text(f"  {printable(headline(before, after))}")
    return Text("  collected", "dim")


def _names(repository: Repository) -> dict[Digest, list[str]]:
    """The branches and tags that point at each snapshot; HEAD's branch is marked."""
    refs, names = repository.refs, dict[Digest, list[str]]()
    for name in (*refs.branches(), *refs.tags()):
        if (digest := refs.read(name)) is not None:
            marked = f"HEAD → {name}" if refs.head() == OnBranch(name) else str(name)  # type: ignore[arg-type]
            names.setdefault(digest, []).append(marked)
    return names
