"""Records the provenance of masks that a state already has: in the log, for rebuilding, and in the registry."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chemigram_core.durable.lock import locked
from chemigram_core.errors import InvalidProvenance, UnknownMask
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import DESCRIBE
from chemigram_core.masks.provenance import Provenance
from chemigram_core.masks.registry import Masks, Provenances
from chemigram_core.names import BranchName, MaskName
from chemigram_core.repository import Repository

PROVENANCE = "provenance"  # in a log line's metadata: the provenance of some of its `masks`, by name


def describe_mask(
    repository: Repository, branch: BranchName, name: MaskName, change: Callable[[Provenance], Provenance]
) -> None:
    """Change the provenance of a mask of a branch's tip. Raises UnknownMask, NoState, RegistryDamaged, OSError."""
    with locked(repository.root):
        masks = repository.state(repository.tip(branch)).masks
        if name not in masks:
            raise UnknownMask(name)
        describe(repository, masks, {name: change(repository.registry.read().provenance(masks[name]))})


def describe(repository: Repository, masks: Masks, provenances: Provenances) -> None:
    """Record the provenance of some of `masks`; writes nothing if it is known. For the holder of the lock."""
    known = repository.registry.read()
    news = {name: provenance for name, provenance in provenances.items() if provenance != known.provenance(masks[name])}
    if news:
        described = {name: masks[name] for name in news}
        repository.log.append(LogEntry(DESCRIBE, metadata=provenance_metadata(news), masks=described))
        repository.registry.write(known.describe({described[name]: news[name] for name in news}))


def provenance_metadata(provenances: Provenances) -> dict[str, Any]:
    """Provenances as metadata of a log line."""
    described = {name: provenance.to_json() for name, provenance in provenances.items()}
    return {PROVENANCE: described} if described else {}


def provenances_in(entry: LogEntry) -> dict[MaskName, Provenance]:
    """The provenances in a log line's metadata; unreadable ones are skipped."""
    found = {}
    for name in entry.masks:
        with suppress(InvalidProvenance, LookupError, TypeError):
            found[name] = Provenance.parse(entry.metadata[PROVENANCE][name])
    return found
