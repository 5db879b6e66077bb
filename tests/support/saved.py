"""What a repository has saved, and the bytes to compare it with."""

from __future__ import annotations

from chemigram_core.names import BranchName
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll.version_name import with_version_name
from chemigram_core.sidecar import parse
from chemigram_core.store.objects import Kind


def stored(repository: Repository, branch: BranchName = MAIN) -> bytes:
    """The XMP of a branch's tip."""
    return repository.objects.read(repository.tip(branch), Kind.SNAPSHOT)


def canonical(data: bytes) -> bytes:
    """A sidecar as it is stored."""
    return parse(data).canonical()


def named(data: bytes, name: str) -> bytes:
    """The same with a version name."""
    return with_version_name(parse(data), name).canonical()
