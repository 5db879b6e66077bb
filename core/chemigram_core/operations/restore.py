"""Makes an old state, masks included, the next one of a branch. The states after it stay in the log."""

from __future__ import annotations

from chemigram_core.digest import Digest
from chemigram_core.names import BranchName
from chemigram_core.operations.save import NO_MASKS, Outcome, save_xmp
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind


def restore(repository: Repository, branch: BranchName, state: Digest) -> Outcome:
    """Save the XMP of a state again, with the masks that its note names.

    Raises ObjectMissing for a lost mask, since a save ignores a note with a missing mask. Raises StoreFailed, OSError.
    """
    masks = repository.state(state).masks
    for mask in masks.values():
        repository.objects.info(mask, Kind.MASK)
    tip = repository.refs.read(branch)
    # Without a note, the masks of the branch would be carried forward. A mask that another program saves between here
    # and the lock still is.
    without = NO_MASKS if masks or tip is None else repository.state(tip).masks
    return save_xmp(repository, branch, repository.objects.read(state, Kind.SNAPSHOT), without=without)
