"""Rebuilds the registry of masks from the log, the snapshots and the store (RFC-003)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from chemigram_core.errors import ChemigramError, StoreFailed
from chemigram_core.log.operations import DESCRIBE
from chemigram_core.masks.registry import Masks, Provenances, Registry
from chemigram_core.operations import mask_links
from chemigram_core.operations.describe_mask import provenances_in
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind


def rebuild(repository: Repository) -> Registry:
    """Rewrite the registry, and the links beside it.

    Names stand for the masks of HEAD's state, or of the last readable one; those of all other states are earlier
    versions. A mask that was never part of a state is not recovered. For the holder of the repository's lock. Raises
    StoreFailed, OSError.
    """
    registry = Registry()
    for masks, provenances, time in _in_log(repository):
        registry = registry.updated({}, masks, _dated(registry, masks, provenances, time))
    for masks, time in _in_snapshots(repository):
        if not registry.provenances.keys() >= set(masks.values()):
            registry = registry.updated({}, masks, _dated(registry, masks, {}, time))
    with suppress(StoreFailed, OSError):
        registry = registry.checked_out(repository.head_masks())
    stored = {found.digest for found in repository.objects if found.kind is Kind.MASK}
    registry = registry.purge(registry.provenances.keys() - stored)
    repository.registry.write(registry)
    mask_links.restore(repository)
    return registry


def _in_log(repository: Repository) -> Iterator[tuple[Masks, Provenances, str]]:
    """The masks of each line that changes or describes some, with its provenances and time; oldest first."""
    before: Masks = {}
    for entry in repository.log.entries():
        provenances = provenances_in(entry)
        if entry.masks and (provenances or entry.masks != before):
            yield entry.masks, provenances, entry.timestamp
            before = before if entry.op == DESCRIBE else entry.masks


def _in_snapshots(repository: Repository) -> Iterator[tuple[Masks, str]]:
    """The masks of each readable snapshot, and when it was stored."""
    for found in repository.objects:
        if found.kind is Kind.SNAPSHOT:
            with suppress(ChemigramError, OSError):
                time = datetime.fromtimestamp(found.mtime_ns / 1e9, UTC)
                yield repository.state(found.digest).masks, time.isoformat(timespec="microseconds")


def _dated(registry: Registry, masks: Masks, provenances: Provenances, time: str) -> Provenances:
    """The provenances of `masks`, new or known; masks new to the registry get the time of the line."""
    known = {name: provenances.get(name, registry.provenance(mask)) for name, mask in masks.items()}
    return {name: replace(provenance, created_at=provenance.created_at or time) for name, provenance in known.items()}
