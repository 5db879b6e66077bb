"""The files being written in one branch folder, and those removed from it: one owner, one lock. Knows no files.

Methods are transitions; those of a close or a release return the action to take. The saver carries it out while the
draft is *claimed*, outside the lock, so no thread waits for the disk under it. What interleaves:

| while …                   | there comes …             | so                                                        |
| ------------------------- | ------------------------- | --------------------------------------------------------- |
| a close saves the bytes   | a write                   | `writes` differs after it: the draft stays WRITTEN        |
| a close saves the bytes   | another close of the file | it waits for the claim, then finds nothing left to save   |
| a close saves the bytes   | a rename of the file      | it waits for the claim, then renames what was saved       |
| a close saves a mask      | setxattr on the mask      | it waits for the claim, then describes the saved mask     |
| a close saves the bytes   | a removal of the file     | the save ends last, so it brings the name back            |
| a rename works on a draft | its close                 | it waits for the claim, then saves under the new name     |
| the last release          | an open of the same file  | scratch files share a draft: `forget` sees the new opener |
| a removal is committed    | the mask is written again | the saver's lock: the write comes after, and is a save    |
| a removal is committed    | the mask is removed again | another object by then: it stays hidden                   |
| the branch is renamed     | a close                   | the saver's lock: the save comes after, on the new name   |
| the branch is deleted     | a close                   | the save looks up what became of the branch, and fails    |

Locks are taken in this order: a draft's claim, the saver's lock, the repository's, this table's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from time import monotonic

from cachetools import TTLCache

from chemfs.tree.heads.doubt import Doubt
from chemfs.tree.heads.draft import Action, Draft, DraftState, Save
from chemfs.tree.heads.pending_removals import RETURN_SECONDS, PendingRemovals
from chemfs.tree.heads.tracked import Parts, Tracked
from chemigram_core.digest import Digest
from chemigram_core.log.branch_mark import BranchMark
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import MaskName

NOTHING_KNOWN = Provenance()


class DraftTable:
    """The drafts and the pending removals of one branch folder. Scratch files being written are drafts too."""

    def __init__(self) -> None:
        self._lock = Condition()  # guards everything below; notified when a claim ends
        self._drafts: set[Draft] = set()
        self._removals = PendingRemovals()
        # Provenance of files that were created or truncated, and closed empty: some programs write in a second open.
        self._emptied: TTLCache[Tracked, Provenance] = TTLCache(math.inf, RETURN_SECONDS)

    # Opening and writing

    def take_emptied(self, target: Tracked) -> Provenance | None:
        """Remove and return the provenance of a file that was closed empty a moment ago; None for any other."""
        with self._lock:
            return self._emptied.pop(target, None)

    def opened(self, draft: Draft) -> Draft:
        """A file was opened to write; returns its draft. All writers of a scratch file share one."""
        with self._lock:
            shared = (known for known in self._drafts if known.where == draft.where and known.is_named)
            draft = draft if draft.is_tracked else next(shared, draft)
            self._drafts.add(draft)
            draft.open_files += 1
            return draft

    def written(self, draft: Draft, doubt: Callable[[Doubt | None], Doubt | None] = lambda known: known) -> None:
        """The bytes were changed, or may have been; `doubt` computes the new doubt from the old one."""
        with self._lock:
            draft.writes += 1
            draft.state = DraftState.WRITTEN
            draft.doubt = doubt(draft.doubt)

    def targets(self) -> set[Tracked]:
        """The tracked files that are being written."""
        with self._lock:
            named = (draft.where for draft in self._drafts if draft.is_named)
            return {*self._emptied, *(where for where in named if not isinstance(where, tuple))}

    # Closing; all for the holder of the claim

    @contextmanager
    def claimed(self, draft: Draft) -> Iterator[None]:
        """Claim a draft in the context; waits for the current claim."""
        with self._lock:
            self._lock.wait_for(lambda: not draft.is_claimed)
            draft.is_claimed = True
        try:
            yield
        finally:
            with self._lock:
                draft.is_claimed = False
                self._lock.notify_all()

    @contextmanager
    def claimed_at(self, where: Tracked | Parts) -> Iterator[Draft | None]:
        """Claim the draft open at a name, an unsaved one before a saved one; None if none is open."""
        with self._lock:
            here = [one for one in self._drafts if one.where == where and one.is_named and one.open_files]
        if not here:
            yield None
            return
        draft = min(here, key=lambda one: one.state is DraftState.SAVED)
        with self.claimed(draft):
            yield draft if draft.open_files and draft.where == where else None  # renamed meanwhile

    def closed(self, draft: Draft, size_bytes: int) -> Action:
        """A descriptor was closed while the file had that size. Empty, it is no save: shells close duplicates."""
        with self._lock:
            if not draft.is_tracked:
                draft.state = DraftState.SAVED
            draft.doubt = draft.doubt and draft.doubt.after_close(size_bytes)
            if draft.doubt is not None and draft.state is not DraftState.SAVED:
                draft.state = DraftState.FAILED
                return draft.doubt
            if draft.state is DraftState.SAVED or not size_bytes:
                return None
            return Save(draft, draft.writes, draft.provenance, draft.state is DraftState.REFUSED)

    def judged(self, save: Save, state: DraftState) -> None:
        """Record the result of a save; bytes written meanwhile keep their state."""
        with self._lock:
            if save.draft.writes == save.writes:
                save.draft.state = state
            if state is DraftState.SAVED:
                save.draft.provenance = NOTHING_KNOWN

    def kept(self, draft: Draft) -> None:
        """The bytes of a failed save are in rejected/."""
        with self._lock:
            draft.state = DraftState.KEPT if draft.state is DraftState.FAILED else draft.state

    def released(self, draft: Draft) -> bool:
        """An open file was released; whether it was the last."""
        with self._lock:
            draft.open_files -= 1
            return not draft.open_files

    def forget(self, draft: Draft) -> bool:
        """A draft has no open file left; return whether its file can be removed. An unsaved name shows again."""
        with self._lock:
            if draft.open_files:
                return False  # opened again meanwhile
            self._drafts.discard(draft)
            if isinstance(draft.where, tuple):
                return False
            draft.doubt = None
            if draft.is_named and draft.state is not DraftState.SAVED:
                self._removals.cancel(draft.where)
                if draft.state is DraftState.WRITTEN:  # and empty, or it would have been saved
                    self._emptied[draft.where] = draft.provenance
            return True

    # Renaming, removing and describing

    def describe(self, target: Tracked, change: Callable[[Provenance], Provenance]) -> bool:
        """Change the provenance of a mask that is not saved yet; False if none is. Raises what `change` raises."""
        with self._lock:
            while (draft := self._unsaved(target)) is not None and draft.is_claimed:
                self._lock.wait()
            if draft is not None:
                draft.provenance = change(draft.provenance)
            elif (known := self._emptied.get(target)) is not None:
                self._emptied[target] = change(known)
            else:
                return False
        return True

    def renamed(self, draft: Draft, new: Tracked, path: Path, branch: BranchMark | None = None) -> None:
        """A claimed draft was renamed onto a tracked name: its bytes, now at `path`, will be saved there."""
        with self._lock:
            draft.where, draft.path, draft.branch = new, path, branch

    def emptied_renamed(self, old: Tracked, new: Tracked) -> None:
        """A file that was closed empty a moment ago was renamed; its writer will open the new name."""
        with self._lock:
            if (known := self._emptied.pop(old, None)) is not None:
                self._emptied[new] = known
                self._removals.cancel(new)

    def scratch_renamed(self, old: Parts, new: Parts, path_of: Callable[[Parts], Path]) -> None:
        """A scratch file or folder was renamed; its open files follow."""
        with self._lock:
            for draft in self._drafts:
                if isinstance(draft.where, tuple) and draft.where[: len(old)] == old and draft.is_named:
                    draft.where = new + draft.where[len(old) :]
                    draft.path = path_of(draft.where)

    def detach(self, where: Tracked | Parts) -> None:
        """A file was removed or replaced: its open files no longer have that name."""
        with self._lock:
            if not isinstance(where, tuple):
                self._emptied.pop(where, None)
            for draft in self._drafts:
                if draft.where == where:
                    draft.is_named = False
            self._drafts -= {draft for draft in self._drafts if not draft.is_named and not draft.open_files}

    # Pending removals

    def remove(self, target: Tracked, removed: Digest | None) -> None:
        """A tracked name, which stood for that object, was removed."""
        self.detach(target)
        with self._lock:
            self._removals.add(target, monotonic(), removed)

    def restore(self, target: Tracked) -> None:
        """A tracked name exists again."""
        with self._lock:
            self._removals.cancel(target)

    def removed(self, target: Tracked) -> Digest | None:
        """The object that a hidden name stood for; None for a name that is shown."""
        with self._lock:
            return self._removals.removed(target)

    def removed_masks(self, now: float = math.inf) -> Mapping[MaskName, Digest]:
        """The hidden masks that are due at `now` (monotonic seconds), by default all."""
        with self._lock:
            return self._removals.due(now)

    def removals_committed(self, masks: Mapping[MaskName, Digest]) -> None:
        """A snapshot without these masks was made."""
        with self._lock:
            self._removals.committed(masks)

    def postpone_removals(self, masks: Mapping[MaskName, Digest]) -> None:
        """A snapshot without these masks could not be made."""
        with self._lock:
            self._removals.postpone(masks, monotonic())

    def remove_image(self) -> None:
        """The image was removed: it is hidden for a while."""
        with self._lock:
            self._removals.add_image(monotonic())

    def hides_image(self) -> bool:
        """Whether the image was removed a moment ago."""
        with self._lock:
            return self._removals.hides_image(monotonic())

    def _unsaved(self, target: Tracked) -> Draft | None:
        named = (one for one in self._drafts if one.where == target and one.is_named)
        return next((one for one in named if one.state is not DraftState.SAVED), None)
