"""The fields of one state, under the keys of the log."""

from __future__ import annotations

from typing import Any

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.repository import Repository


def state_fields(repository: Repository, digest: Digest) -> dict[str, Any]:
    """The state's fields under the keys of `log.jsonl`; fields without a value are left out."""
    saved = _last_save(repository, digest)
    masks, registry = repository.state(digest).masks, repository.registry.read()
    fields = {
        "hash": digest,
        "edit": repository.states.edit(digest),
        "timestamp": saved.timestamp if saved else None,
        "ref": saved.ref if saved else None,
        "parent": repository.history.parent(digest),
        "label": repository.history.label(digest),
        "masks": dict(masks),
        "provenance": {name: known for name, mask in masks.items() if (known := registry.provenance(mask).to_json())},
        "refs": _refs_at(repository, digest),
    }
    return {key: value for key, value in fields.items() if value}


def _last_save(repository: Repository, digest: Digest) -> LogEntry | None:
    """The last save that led to a state; in a repository of another program there may be none."""
    saves = (entry for entry in repository.log.newest_first() if entry.hash == digest and entry.op == SNAPSHOT)
    return next(saves, None)


def _refs_at(repository: Repository, digest: Digest) -> list[str]:
    refs = repository.refs
    return [name.ref for name in (*refs.branches(), *refs.tags()) if refs.read(name) == digest]
