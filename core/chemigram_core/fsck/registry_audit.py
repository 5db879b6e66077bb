"""Checks masks/registry.json: it is readable, and no mask that it names as present is missing. Knows no states."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chemigram_core.errors import StoreFailed
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.fsck.object_audit import ObjectAudit
from chemigram_core.masks.registry_file import FILE_NAME, FOLDER, RegistryFile
from chemigram_core.store.objects import Kind

_PATH = f"{FOLDER}/{FILE_NAME}"


def registry_findings(root: Path, objects: ObjectAudit) -> Iterator[Finding]:
    """The problems of the registry, which may not exist yet."""
    try:
        registry = RegistryFile(root).read()
    except StoreFailed as error:
        yield Finding(Problem.REGISTRY_DAMAGED, _PATH, str(error))
        return
    for name, mask in registry.current().items():
        if mask not in registry.purged and not objects.has(mask, Kind.MASK):
            yield Finding(Problem.REGISTRY_DAMAGED, _PATH, f"the mask of {name} is missing or damaged", mask)
