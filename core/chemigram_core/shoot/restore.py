"""Restores a state in a sidecar of the shoot, after saving the current edit in it.

The sidecar's branch moves first, then the file is replaced, and then source.json is updated. So even after an
interruption, an import or a watch recognizes the file as a state of the branch, not as a new edit.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from chemigram_core import xmp
from chemigram_core.digest import Digest
from chemigram_core.durable.exchange import exchange
from chemigram_core.durable.lock import locked
from chemigram_core.errors import Refused, shown
from chemigram_core.image.location import image_problem, locate
from chemigram_core.image.raw_folder import Image
from chemigram_core.masks.provenance import now
from chemigram_core.names import BranchName
from chemigram_core.operations.restore import restore
from chemigram_core.operations.save import Outcome
from chemigram_core.operations.steps import finish
from chemigram_core.rejected import RejectedSave
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll_file import keep_numbers
from chemigram_core.shoot.file_names import SUFFIX, match
from chemigram_core.shoot.intake import decide, take
from chemigram_core.shoot.problem import Kind
from chemigram_core.shoot.scan import listed
from chemigram_core.shoot.sidecar_file import Sidecar, SidecarFile, UnusableSidecar, parse_file, read_file
from chemigram_core.shoot.source_file import Source, read_sources, write_sources
from chemigram_core.store.objects import Kind as ObjectKind


class NotItsSidecar(Refused):
    """A file is not a sidecar of the repository's image."""

    def __init__(self, path: Path, reason: str) -> None:
        hint = "give a sidecar beside the image, or copy the state elsewhere with `chemfs export`"
        super().__init__(f"can't restore to {shown(str(path))}: {reason}; {hint}")


@dataclass(frozen=True, slots=True)
class Restored:
    """The branch of the sidecar and what became of it; what was in the file before, if that had to be kept."""

    branch: BranchName
    outcome: Outcome
    kept: RejectedSave | None


def restore_to(repository: Repository, state: Digest, path: Path) -> Restored:
    """Make a state, masks included, the next one of a sidecar's branch, and write it into the sidecar.

    The current edit in the file is saved on its branch first; bytes that are not an XMP go to rejected/. If another
    program writes the file meanwhile, that is saved, too. Raises NotItsSidecar, UnusableSidecar, ObjectMissing,
    StoreFailed, OSError.
    """
    path = path.absolute()
    number = _number(repository, path)
    document = repository.states.document(state)
    data = repository.objects.read(state, ObjectKind.SNAPSHOT)
    while True:
        before, kept = _saved(repository, path, number)
        branch = decide(repository, read_sources(repository.root), [Sidecar(path.name, number, state, document)])[
            0
        ].branch
        outcome = restore(repository, branch, state)
        if exchange(path, before, data):
            break
    _remember(repository, path.name, number, Source(branch, outcome.digest, document.edit_digest, state, now()))
    return Restored(branch, outcome, kept)


def _number(repository: Repository, path: Path) -> int:
    """The number of a sidecar of the repository's image. Raises NotItsSidecar."""
    if (image := repository.image) is None:
        raise NotItsSidecar(path, "the image of the repository is missing")
    if image_problem(image) is not None:
        raise NotItsSidecar(path, f"the image of the repository is missing: {shown(image.place)}")
    present = [names.image for names in listed(path.parent, ()).images]
    owners, _ = match(present, [path.name] if path.name.endswith(SUFFIX) else [])
    for owner in owners:
        if owner.image == image.name and owner.sidecars and _is(image, path.with_name(owner.image)):
            return next(iter(owner.sidecars))
    raise NotItsSidecar(path, f"it is not a sidecar of {shown(image.place)}")


def _is(image: Image, file: Path) -> bool:
    """Whether a file is the image. Raises ImageUnavailable, OSError."""
    return os.path.samestat(file.stat(), locate(image).status)


def _saved(repository: Repository, path: Path, number: int) -> tuple[bytes | None, RejectedSave | None]:
    """The bytes of a sidecar, None without one; they are saved, or kept in rejected/ if they are not an XMP."""
    if not path.exists():
        return None, None
    if path.is_file() and not path.stat().st_size:
        return b"", None
    file = read_file(path, number)
    with locked(repository.root):
        sources = read_sources(repository.root)
        if path.name in sources and sources[path.name].sha256 == file.sha256:
            return file.data, None
        try:
            finish(take(repository, [parse_file(file)], "restore"))
        except UnusableSidecar as error:
            return file.data, _keep(repository, file, path, error)
    return file.data, None


def _keep(repository: Repository, file: SidecarFile, path: Path, error: UnusableSidecar) -> RejectedSave:
    if error.kind is not Kind.BROKEN or len(file.data) > xmp.MAX_BYTES:
        raise error
    return repository.rejected.keep(file.data, str(path), f"{error}; chemfs restore replaced it")


def _remember(repository: Repository, name: str, number: int, source: Source) -> None:
    with locked(repository.root):
        write_sources(repository.root, {**read_sources(repository.root), name: source})
        if number:
            keep_numbers(repository.root, {0: MAIN, number: source.branch})
