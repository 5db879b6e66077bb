"""Turns what is written in a branch folder into snapshots, or rejects and keeps it. Knows no names in folders.

Carries out the actions of the draft table, outside its lock. Saves of one branch in one mount follow each other under
the saver's lock; the long part of a mask's save, checking and storing it, comes before.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from chemfs.tree.heads.draft import Draft, DraftState, Otherwise, Save
from chemfs.tree.heads.draft_table import NOTHING_KNOWN, DraftTable
from chemfs.tree.heads.tracked import Mask, Sidecar, Tracked, Xmp
from chemigram_core.errors import ChemigramError, RefMissing, Refused
from chemigram_core.masks.provenance import Provenance
from chemigram_core.masks.registry import NO_PROVENANCE, Masks
from chemigram_core.names import BranchName
from chemigram_core.operations.save import GivenMasks, Saved, remove_masks, rename_mask, save_given, save_xmp
from chemigram_core.rejected import RejectedSave
from chemigram_core.repository import Repository

logger = logging.getLogger(__name__)


class Saver:
    """Saves on one branch; set `branch` when it is renamed."""

    def __init__(self, repository: Repository, branch: BranchName, table: DraftTable) -> None:
        self.branch = branch
        self.is_deleted = False  # the branch was deleted: another may have its name by now
        # Keeps the commit of a removal apart from a save that brings the mask back, and all saves from a rename of the
        # branch.
        self.lock = Lock()
        self._repository = repository
        self._table = table

    def close(self, draft: Draft) -> None:
        """A descriptor on a draft was closed. Raises Refused, StoreFailed, TooLarge, OSError."""
        with self._table.claimed(draft):
            self._close(draft)

    def release(self, draft: Draft) -> None:
        """An open file on a draft was released. After the last one, what a mapping wrote after the last close is saved.

        No program can get an error any more.
        """
        with self._table.claimed(draft):
            if not self._table.released(draft):
                return
            if draft.is_tracked and draft.state is DraftState.WRITTEN:
                self._close_unheard(draft)
            if self._table.ended(draft) is Otherwise.KEEP:
                self._keep(draft)
            if self._table.forget(draft, _size_bytes(draft.path)):
                draft.path.unlink(missing_ok=True)

    def save(self, target: Tracked, data: bytes, provenance: Provenance = NOTHING_KNOWN) -> None:
        """Make the bytes the branch's `target`. Raises Refused, StoreFailed, OSError."""
        match target:
            case Xmp() | Sidecar():
                with self._committing(target) as removed:
                    outcome = save_xmp(self._repository, self.branch, data, without=removed, starts_branch=False)
            case Mask(name):
                given = GivenMasks(self._repository, self.branch, {name: data})  # the long part: an XMP doesn't wait
                known = NO_PROVENANCE if provenance == NOTHING_KNOWN else {name: provenance}
                with self._committing(target) as removed:
                    outcome = save_given(self._repository, self.branch, given, without=removed, provenance=known)
        if isinstance(outcome, Saved):
            logger.info("%s: %s saved as %s", self._repository.root.name, self.path(target), outcome.digest)

    def save_or_reject(self, target: Tracked, data: bytes) -> None:
        """Save bytes that are not in a draft; if they are refused, keep them. Raises as `save`."""
        try:
            self.save(target, data)
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
        """Make a snapshot without the masks whose removal is due; if the store fails it is tried again later."""
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
            if self.is_deleted:
                raise RefMissing(self.branch.ref)
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

    def _close(self, draft: Draft) -> None:
        size_bytes = draft.path.stat().st_size if draft.is_tracked else 0  # raises where the bytes are gone
        action = self._table.closed(draft, size_bytes)
        if isinstance(action, Save):
            self._carry_out(action)

    def _close_unheard(self, draft: Draft) -> None:
        try:
            self._close(draft)
        except Refused:
            pass  # kept and logged
        except (ChemigramError, OSError) as error:
            logger.error("%s: %s not saved: %s", self._repository.root.name, self.path(draft.target), error)

    def _carry_out(self, save: Save) -> None:
        try:
            self._save(save)
        except Refused:
            self._table.judged(save, DraftState.REFUSED)
            raise
        except (ChemigramError, OSError):
            self._table.judged(save, DraftState.FAILED)
            raise
        self._table.judged(save, DraftState.SAVED)
        self._discard_rejection(save.draft)

    def _save(self, save: Save) -> None:
        draft = save.draft
        draft.check_size(_size_bytes(draft.path))
        data = draft.path.read_bytes()
        try:
            self.save(draft.target, data, save.provenance)
        except Refused as error:
            if not save.was_refused:
                self._discard_rejection(draft)
                draft.rejection = self._reject(draft.target, data, error)
            raise

    def _reject(self, target: Tracked, data: bytes, error: Refused) -> RejectedSave:
        """Keep bytes that are not a valid save, with the reason."""
        logger.warning("%s: %s refused: %s", self._repository.root.name, self.path(target), error)
        return self._repository.rejected.keep(data, self.path(target), str(error))

    def _keep(self, draft: Draft) -> None:
        """A failed save isn't tried again behind the back of the program that got the error; its bytes are kept."""
        try:
            self._repository.rejected.take(draft.path, self.path(draft.target), "the store failed: copy it back")
        except OSError as error:
            logger.error("%s: a failed save could not be kept: %s", self._repository.root.name, error)

    def _discard_rejection(self, draft: Draft) -> None:
        """Discard the last rejection: the draft was refused half-written, and is now saved or refused again."""
        if draft.rejection is not None:
            self._repository.rejected.discard(draft.rejection)
            draft.rejection = None


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a failed save was moved to rejected/
        return 0
