"""Turns what is written in a branch folder into snapshots, or rejects and keeps it. Knows no names in folders.

Carries out the actions of the draft table, outside its lock. Saves of one branch in one mount follow each other under
the saver's lock; the long part of a mask's save, checking and storing it, comes before.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from chemfs.tree.heads.doubt import Doubt
from chemfs.tree.heads.draft import Draft, DraftState, Save
from chemfs.tree.heads.draft_files import DraftFiles
from chemfs.tree.heads.draft_table import NOTHING_KNOWN, DraftTable
from chemfs.tree.heads.tracked import Mask, Numbered, Sidecar, Tracked, Xmp
from chemigram_core.durable.folder import Folder, read_whole
from chemigram_core.errors import ChemigramError, Refused
from chemigram_core.log.branch_mark import BranchMark, mark
from chemigram_core.masks.provenance import Provenance
from chemigram_core.masks.registry import NO_PROVENANCE, Masks
from chemigram_core.names import BranchName
from chemigram_core.operations.save import GivenMasks, Outcome, Saved, remove_masks, rename_mask, save_given, save_xmp
from chemigram_core.rejected import RejectedSave
from chemigram_core.repository import Repository
from chemigram_core.roll.save_number import save_number

_NOT_SAVED = "a write or the store failed; copy it back if it is complete"

_Keep = Callable[[Folder, str, str, str], RejectedSave]

logger = logging.getLogger(__name__)


class Saver:
    """Saves on one branch; set `branch` when it is renamed."""

    def __init__(self, repository: Repository, branch: BranchName, table: DraftTable) -> None:
        self.branch = branch
        # Separates the commit of a removal from a save that brings the mask back, and all saves from a rename of the
        # branch.
        self.lock = Lock()
        self._repository = repository
        self._files = DraftFiles(repository.root)
        self._table = table

    def close(self, draft: Draft, descriptor: int) -> None:
        """A program closed a draft. Raises Refused, StoreFailed, TooLarge, OSError."""
        with self._table.claimed(draft):
            self._close(draft, descriptor)

    def release(self, draft: Draft, descriptor: int) -> None:
        """An open file on a draft was released. After the last one, what a mapping wrote after the last close is saved.

        No program can get an error any more.
        """
        with self._table.claimed(draft):
            if not self._table.released(draft):
                return
            if draft.is_tracked and draft.state is DraftState.WRITTEN:
                self._close_unheard(draft, descriptor)
            if draft.is_tracked and draft.state is DraftState.FAILED:  # and the close could not keep it
                error = draft.doubt.error if draft.doubt else None
                self._keep(draft, descriptor, error, self._repository.rejected.take)
            if self._table.forget(draft):
                self._files.remove(draft.path)

    def mark(self) -> BranchMark:
        """A mark of the branch, to find it again after a rename."""
        return mark(self._repository.log, self.branch)

    def save(self, target: Tracked, data: bytes, branch: BranchMark, provenance: Provenance = NOTHING_KNOWN) -> None:
        """Make the bytes the branch's `target`. Raises Refused (also for a deleted branch), StoreFailed, OSError."""
        outcome: Outcome | None
        match target:
            case Xmp() | Sidecar():
                with self._committing(target) as removed:
                    outcome = save_xmp(self._repository, branch.name, data, without=removed, opened=branch)
            case Mask(name):
                given = GivenMasks(self._repository, branch.name, {name: data})  # the long part: an XMP doesn't wait
                known = NO_PROVENANCE if provenance == NOTHING_KNOWN else {name: provenance}
                with self._committing(target) as removed:
                    outcome = save_given(
                        self._repository, branch.name, given, without=removed, provenance=known, opened=branch
                    )
            case Numbered(number, place):
                with self.lock:
                    outcome = save_number(self._repository, number, data, place.is_taken, branch)
                place.saved()
        if isinstance(outcome, Saved):
            logger.info("%s: %s saved as %s", self._repository.root.name, self.path(target), outcome.digest)

    def save_or_reject(self, target: Tracked, data: bytes) -> None:
        """Save bytes that are not in a draft; if they are refused, keep them. Raises as `save`."""
        try:
            self.save(target, data, self.mark())
        except Refused as error:
            self._reject(target, data, error)
            raise

    def rename_mask(self, old: Mask, new: Mask) -> None:
        """Give a mask of the branch another name. Raises UnknownMask, StoreFailed, OSError."""
        with self.lock:
            rename_mask(self._repository, self.branch, old.name, new.name)
            self._table.restore(new)
            self._table.restore(old)

    def commit_due_removals(self, now: float) -> None:
        """Make a snapshot without the masks whose removal is due; if the store fails, retry later."""
        with self.lock:
            if due := self._table.removed_masks(now):
                self._remove(due)

    def path(self, target: Tracked) -> str:
        """The path of a tracked file below the mount of its repository."""
        return f"heads/{self.branch}/{target}"

    @contextmanager
    def _committing(self, target: Tracked) -> Iterator[Masks]:
        """The pending removals, committed along with a save of `target` in the context."""
        with self.lock:
            removed = {name: mask for name, mask in self._table.removed_masks().items() if Mask(name) != target}
            yield removed
            self._table.removals_committed(removed)
            self._table.restore(target)

    def _remove(self, due: Masks) -> None:
        try:
            remove_masks(self._repository, self.branch, due)
        except Refused as error:
            logger.warning("%s: masks %s not removed: %s", self._repository.root.name, ", ".join(due), error)
        except (ChemigramError, OSError) as error:
            logger.error("%s: masks %s not removed yet: %s", self._repository.root.name, ", ".join(due), error)
            self._table.postpone_removals(due)
            return
        self._table.removals_committed(due)

    def _close(self, draft: Draft, descriptor: int) -> None:
        size_bytes = os.fstat(descriptor).st_size
        match self._table.closed(draft, size_bytes):
            case Save() as save:
                self._carry_out(save, descriptor, size_bytes)
            case Doubt(error):
                self._keep(draft, descriptor, error, self._repository.rejected.share)
                raise error.with_traceback(None)

    def _close_unheard(self, draft: Draft, descriptor: int) -> None:
        try:
            self._close(draft, descriptor)
        except Refused:
            pass  # kept and logged
        except (ChemigramError, OSError) as error:
            logger.error("%s: %s not saved: %s", self._repository.root.name, self.path(draft.target), error)

    def _carry_out(self, save: Save, descriptor: int, size_bytes: int) -> None:
        try:
            self._save(save, descriptor, size_bytes)
        except Refused:
            self._table.judged(save, DraftState.REFUSED)
            raise
        except (ChemigramError, OSError) as error:
            self._table.judged(save, DraftState.FAILED)
            self._keep(save.draft, descriptor, error, self._repository.rejected.share)
            raise
        self._table.judged(save, DraftState.SAVED)
        self._discard_rejection(save.draft)

    def _save(self, save: Save, descriptor: int, size_bytes: int) -> None:
        draft = save.draft
        draft.check_size(size_bytes)
        data = read_whole(descriptor, size_bytes)
        try:
            self.save(draft.target, data, draft.branch or self.mark(), save.provenance)
        except Refused as error:
            if not save.was_refused:
                self._discard_rejection(draft)
                draft.rejection = self._reject(draft.target, data, error)
            raise

    def _reject(self, target: Tracked, data: bytes, error: Refused) -> RejectedSave:
        """Keep bytes that are not a valid save, with the reason."""
        logger.warning("%s: %s refused: %s", self._repository.root.name, self.path(target), error)
        return self._repository.rejected.keep(data, self.path(target), str(error))

    def _keep(self, draft: Draft, descriptor: int, error: Exception | None, keep: _Keep) -> None:
        """Keep the bytes of a failed save: it is not retried, since the program got an error."""
        if not os.fstat(descriptor).st_size:
            return
        try:
            with self._files.folder() as folder:
                kept = keep(folder, draft.path.name, self.path(draft.target), f"{_NOT_SAVED}{_reason(error)}")
        except OSError as failure:
            logger.error("%s: a failed save could not be kept: %s", self._repository.root.name, failure)
        else:
            self._discard_rejection(draft)  # of fewer bytes, or the same
            draft.rejection = kept
            self._table.kept(draft)

    def _discard_rejection(self, draft: Draft) -> None:
        """Discard the last rejection: the draft was refused half-written, and is now saved or refused again."""
        if draft.rejection is not None:
            self._repository.rejected.discard(draft.rejection)
            draft.rejection = None


def _reason(error: Exception | None) -> str:
    return "" if error is None else f" ({error.strerror if isinstance(error, OSError) else error})"
