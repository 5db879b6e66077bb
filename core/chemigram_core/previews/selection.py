"""The states of a repository that need a preview. Reads only the log and the refs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chemigram_core.digest import Digest
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind


def named_states(repository: Repository) -> list[Digest]:
    """The states of HEAD, the branches and the tags. Raises RefDamaged."""
    return _existing(repository, repository.refs.targets())


def all_states(repository: Repository) -> list[Digest]:
    """Every state: those that have a name, and then the others, the newest first. Raises RefDamaged, StoreFailed."""
    return _existing(repository, _all(repository))


def _all(repository: Repository) -> Iterator[Digest]:
    yield from repository.refs.targets()
    yield from reversed([entry.hash for entry in repository.log.entries() if entry.hash is not None])
    yield from (found.digest for found in repository.objects if found.kind is Kind.SNAPSHOT)


def _existing(repository: Repository, states: Iterable[Digest]) -> list[Digest]:
    return [digest for digest in dict.fromkeys(states) if repository.objects.has(digest, Kind.SNAPSHOT)]
