"""The registry of masks: name -> the mask now, those before it, and where each came from (RFC-003). Knows no files.

What is known of a mask belongs to the object, whatever names it has. The JSON form repeats it under each name, and a
name's own part has chemigram's keys too (`generator`, `timestamp`), so that chemigram reads it as its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from chemigram_core.digest import Digest
from chemigram_core.errors import Refused, RegistryDamaged
from chemigram_core.masks.provenance import Provenance, now
from chemigram_core.names import MaskName

Masks = Mapping[MaskName, Digest]
Provenances = Mapping[MaskName, Provenance]
NO_PROVENANCE: Provenances = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a name stands for: a mask, and those that it stood for before, oldest first.

    `removed` is the time since when the name stands for nothing any more; `current` is then the last one. A name that
    no state ever had, as chemigram registers them, has no history and is left alone when states come and go.
    """

    current: Digest
    earlier: tuple[Digest, ...] | None = ()
    removed: str | None = None

    def moved(self, digest: Digest) -> Self:
        """The same name for another mask, or again for one that it stood for before."""
        others = tuple(mask for mask in (*(self.earlier or ()), self.current) if mask != digest)
        return replace(self, current=digest, earlier=others, removed=None)


@dataclass(frozen=True, slots=True)
class Registry:
    """All names, what is known of each mask, and since when the bytes of some are gone (ISO 8601)."""

    pointers: Mapping[MaskName, Pointer] = field(default_factory=dict)
    provenances: Mapping[Digest, Provenance] = field(default_factory=dict)
    purged: Mapping[Digest, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The registry in its JSON form, chemigram's included. Raises RegistryDamaged."""
        try:
            found = json.loads(data)
            pointers = {MaskName(name): _pointer(entry) for name, entry in found.items()}
            records = [record for entry in found.values() for record in (entry, *entry.get("history", ()))]
            provenances = {Digest(record["hash"]): _provenance(record) for record in records}
            purged = {Digest(record["hash"]): str(record["purged"]) for record in records if "purged" in record}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Refused) as error:
            raise RegistryDamaged(str(error)) from error
        return cls(pointers, provenances, purged)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """The JSON form: an object for each name."""
        return {name: self._entry(pointer) for name, pointer in sorted(self.pointers.items())}

    def current(self) -> dict[MaskName, Digest]:
        """The names that stand for a mask now."""
        return {name: pointer.current for name, pointer in self.pointers.items() if pointer.removed is None}

    def provenance(self, mask: Digest) -> Provenance:
        """What is known of a mask, maybe nothing."""
        return self.provenances.get(mask, Provenance())

    def updated(self, before: Masks, after: Masks, provenances: Provenances = NO_PROVENANCE) -> Self:
        """The registry after a state with the masks `before` gave way to one with `after`; some have new provenances.

        A name that stands for a mask of elsewhere by now is not removed.
        """
        pointers = {**self.pointers}
        for name, mask in before.items():
            if name not in after and (pointer := pointers.get(name)) and pointer.current == mask:
                pointers[name] = replace(pointer, removed=pointer.removed or now())
        for name, mask in after.items():
            pointers[name] = pointers[name].moved(mask) if name in pointers else Pointer(mask)
        described = self.describe({mask: provenances.get(name, self.provenance(mask)) for name, mask in after.items()})
        return replace(described, pointers=pointers).restore(after.values())

    def checked_out(self, masks: Masks) -> Self:
        """The names stand for the masks of one state, and for no others that a state ever had."""
        of_states = {name: mask for name, mask in self.current().items() if self.pointers[name].earlier is not None}
        return self.updated(of_states, masks)

    def describe(self, provenances: Mapping[Digest, Provenance]) -> Self:
        """The registry with these provenances; one without a time keeps the known time, or gets the present one."""
        dated = {mask: _dated(provenance, self.provenance(mask)) for mask, provenance in provenances.items()}
        return replace(self, provenances={**self.provenances, **dated})

    def purge(self, masks: Iterable[Digest]) -> Self:
        """Mark these masks as purged; the entries of those with a name stay."""
        time = now()
        return replace(self, purged={**{mask: time for mask in masks if mask in self.provenances}, **self.purged})

    def restore(self, masks: Iterable[Digest]) -> Self:
        """The bytes of these masks are there after all."""
        present = set(masks)
        return replace(self, purged={mask: time for mask, time in self.purged.items() if mask not in present})

    def _entry(self, pointer: Pointer) -> dict[str, Any]:
        record = self._record(pointer.current)
        removed = {} if pointer.removed is None else {"removed": pointer.removed}
        older_keys = {"generator": record.get("provider"), "timestamp": record.get("created_at")}
        earlier = {} if pointer.earlier is None else {"history": [self._record(mask) for mask in pointer.earlier]}
        return {**record, **removed, **older_keys, **earlier}

    def _record(self, mask: Digest) -> dict[str, Any]:
        purged = {"purged": self.purged[mask]} if mask in self.purged else {}
        return {"hash": mask, **self.provenance(mask).to_json(), **purged}


def _pointer(entry: Mapping[str, Any]) -> Pointer:
    history, removed = entry.get("history"), entry.get("removed")
    earlier = None if history is None else tuple(Digest(record["hash"]) for record in history)
    return Pointer(Digest(entry["hash"]), earlier, None if removed is None else str(removed))


def _provenance(record: Mapping[str, Any]) -> Provenance:
    return Provenance(
        record.get("provider", record.get("generator")),
        record.get("prompt"),
        record.get("generator_config"),
        record.get("generated_from_render_hash"),
        record.get("created_at", record.get("timestamp")),
    )


def _dated(provenance: Provenance, known: Provenance) -> Provenance:
    return provenance if provenance.created_at else replace(provenance, created_at=known.created_at or now())
