"""How what is written in a branch folder becomes snapshots, or is refused and kept. Knows no names in folders."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from chemfs.tree.heads.drafts import Draft, DraftSaver, Stage, Verdict
from chemfs.tree.heads.pending_removals import Absences
from chemfs.tree.paths import MaskFile, SidecarFile, Tracked, XmpFile
from chemigram_core.errors import ChemigramError, Refused
from chemigram_core.layout import MASK_FOLDER, XMP_FILE
from chemigram_core.masks.provenance import Provenance
from chemigram_core.masks.registry import NO_PROVENANCE, Masks
from chemigram_core.names import BranchName
from chemigram_core.operations.save import GivenMasks, Saved, remove_masks, rename_mask, save_given, save_xmp
from chemigram_core.rejected import RejectedSave
from chemigram_core.repository import Repository

NOTHING = Provenance()

logger = logging.getLogger(__name__)


class BranchSaver(DraftSaver):
    """Saves on one branch. `forget` is told of each draft that no handle is on any more."""

    def __init__(self, repository: Repository, branch: BranchName, forget: Callable[[Draft], None]) -> None:
        self.branch = branch
        self.absences = Absences()
        self._repository = repository
        self._forget = forget
        # No removal is saved beside what brings a mask back, and nothing while the branch is renamed.
        self.lock = Lock()

    def save(self, target: Tracked, data: bytes, told: Provenance = NOTHING) -> None:
        """Make the bytes the branch's `target`; `told` is known of a mask. Raises Refused, StoreFailed, OSError."""
        match target:
            case XmpFile() | SidecarFile():
                with self._bringing(target) as removed:
                    outcome = save_xmp(self._repository, self.branch, data, without=removed)
            case MaskFile(name):
                given = GivenMasks(self._repository, self.branch, {name: data})  # the long part: no XMP waits for it
                known = NO_PROVENANCE if told == NOTHING else {name: told}
                with self._bringing(target) as removed:
                    outcome = save_given(self._repository, self.branch, given, without=removed, provenance=known)
        if isinstance(outcome, Saved):
            logger.info("%s: %s saved as %s", self._repository.root.name, self.where(target), outcome.digest)

    @contextmanager
    def _bringing(self, target: Tracked) -> Iterator[Masks]:
        """The removals that a save of `target`, made in the context, takes along."""
        with self.lock:
            removed = {name: mask for name, mask in self.absences.masks().items() if MaskFile(name) != target}
            yield removed
            self.absences.settled(removed)
            self.absences.show(target)

    def rename_mask(self, old: MaskFile, new: MaskFile) -> None:
        """Give a mask of the branch another name. Raises UnknownMask, StoreFailed, OSError."""
        with self.lock:
            rename_mask(self._repository, self.branch, old.name, new.name)
            self.absences.show(new)
            self.absences.show(old)

    def reject(self, target: Tracked, data: bytes, error: Refused) -> RejectedSave:
        """Keep bytes that were no save, with the reason."""
        logger.warning("%s: %s refused: %s", self._repository.root.name, self.where(target), error)
        return self._repository.rejected.keep(data, self.where(target), str(error))

    def where(self, target: Tracked) -> str:
        """The path of a tracked file below the mount of its repository."""
        file = f"{MASK_FOLDER}/{target.name.file_name}" if isinstance(target, MaskFile) else XMP_FILE
        return f"heads/{self.branch}/{file}"

    def closed(self, draft: Draft) -> None:
        with draft.lock:
            if not draft.is_tracked:
                draft.judged(Stage.SAVED, draft.writes)
            elif draft.verdict(draft.path.stat().st_size) is Verdict.SAVE:
                self._save_draft(draft)

    def released(self, draft: Draft) -> None:
        with draft.lock:
            draft.handles -= 1
            if draft.handles:
                return
        if draft.is_tracked:
            self._end(draft)
        self._forget(draft)

    def settle(self, now: float) -> None:
        """Make snapshots of the removals that are due at `now`; where the store fails they are tried again later."""
        with self.lock:
            if due := self.absences.overdue(now):
                self._remove(due)

    def _remove(self, due: Masks) -> None:
        try:
            remove_masks(self._repository, self.branch, due)
        except Refused as error:
            logger.warning("%s: masks %s stay: %s", self._repository.root.name, ", ".join(due), error)
        except (ChemigramError, OSError) as error:
            logger.error("%s: masks %s not removed yet: %s", self._repository.root.name, ", ".join(due), error)
            self.absences.put_off(due, time.monotonic())
            return
        self.absences.settled(due)

    def _save_draft(self, draft: Draft) -> None:
        writes = draft.writes
        try:
            self._save_bytes(draft)
        except Refused:
            draft.judged(Stage.REFUSED, writes)
            raise
        except (ChemigramError, OSError):
            draft.judged(Stage.FAILED, writes)
            raise
        draft.judged(Stage.SAVED, writes)
        draft.told = NOTHING
        self._withdraw(draft)

    def _save_bytes(self, draft: Draft) -> None:
        draft.check_size(draft.path.stat().st_size)
        data = draft.path.read_bytes()
        try:
            self.save(draft.target, data, draft.told)
        except Refused as error:
            if draft.stage is not Stage.REFUSED:
                self._withdraw(draft)
                draft.rejection = self.reject(draft.target, data, error)
            raise

    def _end(self, draft: Draft) -> None:
        """Save what was written after the last close, through a mapping.

        Nobody is there any more to be told of an error.
        """
        try:
            if draft.stage is Stage.WRITTEN:
                self.closed(draft)
        except Refused:
            pass  # kept and logged
        except (ChemigramError, OSError) as error:
            logger.error("%s: %s not saved: %s", self._repository.root.name, self.where(draft.target), error)
        if draft.stage is Stage.FAILED:
            self._keep(draft)

    def _keep(self, draft: Draft) -> None:
        """A save that failed is not tried again behind the back of who was told so; its bytes are kept for people."""
        try:
            self._repository.rejected.take(draft.path, self.where(draft.target), "the store failed: copy it back")
        except OSError as error:
            logger.error("%s: a failed save could not be kept: %s", self._repository.root.name, error)

    def _withdraw(self, draft: Draft) -> None:
        """A draft that was refused half-written is whole now, or refused anew."""
        if draft.rejection is not None:
            self._repository.rejected.discard(draft.rejection)
            draft.rejection = None
