"""An old state becomes a branch's next one, masks included. Nothing is undone: what came after it stays in the log."""

from __future__ import annotations

from chemigram_core.digest import Digest
from chemigram_core.names import BranchName
from chemigram_core.operations.save import NO_MASKS, Outcome, save_xmp
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind


def restore(repository: Repository, branch: BranchName, state: Digest) -> Outcome:
    """Save the XMP of a state again; the note in it says which masks it has.

    Raises ObjectMissing for a mask that is lost, with which the note would not count. Raises StoreFailed, OSError.
    """
    masks = repository.state(state).masks
    for mask in masks.values():
        repository.objects.info(mask, Kind.MASK)
    tip = repository.refs.read(branch)
    # Without a note, the masks of the branch would be carried forward. One that another program saves between here and
    # the lock still is: it was not there to be given up.
    without = NO_MASKS if masks or tip is None else repository.state(tip).masks
    return save_xmp(repository, branch, repository.objects.read(state, Kind.SNAPSHOT), without=without)
