"""The states of an image in order, each with the names that point at it. Reads the log and the refs, and no XMP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from chemigram_core.digest import Digest
from chemigram_core.log.lanes import lane_of_each
from chemigram_core.names import BranchName, RefName, TagName
from chemigram_core.refs.head import Detached, Head, OnBranch
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

_Name = TypeVar("_Name", bound=RefName)


@dataclass(frozen=True, slots=True)
class TimelineState:
    """One state in the history of its image.

    `time` is when it was first saved, in UTC. `parent` is the nearest state before it that still exists. `lane` is the
    line of the history that it is on; 0 is the one that HEAD came from.
    """

    digest: Digest
    time: datetime
    label: str
    parent: Digest | None
    branches: tuple[BranchName, ...]
    tags: tuple[TagName, ...]
    is_head: bool
    lane: int


def timeline(repository: Repository) -> list[TimelineState]:
    """The existing states, oldest first, except those that neither the log nor a ref names.

    Raises StoreFailed, OSError.
    """
    branches, tags = _names(repository, repository.refs.branches()), _names(repository, repository.refs.tags())
    head = _head(repository.refs.head(), branches)
    states = _states(repository, {*branches, *tags, *([head] if head else [])})
    parents = {state: _parent(repository, state, states) for state in states}
    lanes = lane_of_each(((state, parents[state]) for state in reversed(states)), head)
    return [
        TimelineState(
            state,
            time,
            repository.history.label(state) or "",
            parents[state],
            tuple(branches.get(state, [])),
            tuple(tags.get(state, [])),
            state == head,
            lanes[state],
        )
        for state, time in states.items()
    ]


def _names(repository: Repository, names: Collection[_Name]) -> dict[Digest, list[_Name]]:
    """The names at each state."""
    found = defaultdict[Digest, list[_Name]](list)
    for name in names:
        if (state := repository.refs.read(name)) is not None:
            found[state].append(name)
    return dict(found)


def _head(head: Head, branches: Mapping[Digest, Collection[RefName]]) -> Digest | None:
    match head:
        case Detached(digest):
            return digest
        case OnBranch(branch):
            return next((state for state, names in branches.items() if branch in names), None)


def _states(repository: Repository, named: Collection[Digest]) -> dict[Digest, datetime]:
    """The states with their times, in the order of the log; a state that only a ref names has the time of its file."""
    there = set(repository.objects.snapshots())
    logged = {entry.hash: None for entry in repository.log.entries() if entry.has_origin and entry.hash in there}
    others = [state for state in named if state in there and state not in logged]
    stored = sorted((repository.objects.info(state, Kind.SNAPSHOT).mtime_ns, state) for state in others)
    return {state: datetime.fromtimestamp(ns / 1e9, UTC) for ns, state in stored} | {
        state: _time(repository.history.first_saved(state)) for state in logged if state is not None
    }


def _parent(repository: Repository, state: Digest, states: Collection[Digest]) -> Digest | None:
    """The nearest state before it that exists: gc may have removed some in between."""
    parent = repository.history.parent(state)
    while parent is not None and parent not in states:
        parent = repository.history.parent(parent)
    return parent


def _time(timestamp: str | None) -> datetime:
    try:
        return datetime.fromisoformat(timestamp or "").astimezone(UTC)
    except (ValueError, OverflowError):  # a line of another program, or out of the calendar
        return datetime.fromtimestamp(0, UTC)
