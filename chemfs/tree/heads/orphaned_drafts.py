"""Drafts that a killed mount left unsaved: finds them and moves them to rejected/. Knows no FUSE.

None of them was acknowledged. A draft that is empty, or equal to what its branch shows, is removed; any other is moved
to rejected/ with the reason, since it may be the only copy.
"""

from __future__ import annotations

import logging
from pathlib import Path

from chemfs.tree.heads.draft_files import DraftFiles
from chemigram_core import sidecar
from chemigram_core.digest import Digest
from chemigram_core.errors import ChemigramError, InvalidMask, InvalidXmp, StoreFailed
from chemigram_core.fsck import Finding, Problem
from chemigram_core.masks import png
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository

logger = logging.getLogger(__name__)

_REASON = "the mount ended before the file was saved; look at it, and copy it back if you want it"


def hand_back(root: Path) -> None:
    """Clear the drafts of dead mounts in the repository at `root`; those of living ones stay. Raises OSError."""
    repository, files = Repository(root), DraftFiles(root)
    for path in files.orphaned():
        try:
            _hand_back(repository, files, path)
        except (ChemigramError, OSError) as error:  # the others go on
            logger.error("%s: can't hand back what a mount left unsaved; it stays at %s: %s", root.name, path, error)
        except Exception:
            logger.exception("%s: can't hand back what a mount left unsaved; it stays at %s", root.name, path)


def _hand_back(repository: Repository, files: DraftFiles, path: Path) -> None:
    if _is_saved(repository, files, path):
        files.remove(path)
        return
    with files.folder() as folder:
        save = repository.rejected.take(folder, path.name, path.name.partition("-")[2], _REASON)
    logger.warning("%s: a file that a mount left unsaved is now rejected/%s", repository.root.name, save.file_name)


def findings(root: Path) -> list[Finding]:
    """The drafts of dead mounts, as findings of a check."""
    says = "left unsaved by a killed mount"
    return [Finding(Problem.LEFTOVER, path.relative_to(root).as_posix(), says) for path in DraftFiles(root).orphaned()]


def _is_saved(repository: Repository, files: DraftFiles, path: Path) -> bool:
    size_bytes = files.size_bytes(path)
    if size_bytes == 0 or size_bytes > png.MAX_BYTES:
        return size_bytes == 0
    data = files.read(path)
    return any(_shows(repository, branch, data) for branch in repository.refs.branches())


def _shows(repository: Repository, branch: BranchName, data: bytes) -> bool:
    """Whether a branch shows these bytes; False if its tip can't be read."""
    try:
        tip = repository.refs.read(branch)
        return tip is not None and (_shows_mask(repository, tip, data) or _shows_xmp(repository, tip, data))
    except (StoreFailed, OSError):
        return False


def _shows_mask(repository: Repository, tip: Digest, data: bytes) -> bool:
    from chemigram_core.masks.png.pixels import pixels_digest

    try:
        pixels = pixels_digest(data)
    except InvalidMask:
        return False
    return any(repository.states.pixels(mask) == pixels for mask in repository.state(tip).masks.values())


def _shows_xmp(repository: Repository, tip: Digest, data: bytes) -> bool:
    try:
        document = sidecar.parse(data).with_masks(repository.state(tip).masks)
    except InvalidXmp:
        return False
    return document.edit_digest == repository.states.edit(tip)
