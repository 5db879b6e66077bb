"""The drafts open in one branch folder: made when a tracked file is opened to write, gone when it is closed."""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock

from cachetools import TTLCache

from chemfs.tree.errors import NotFound
from chemfs.tree.heads.draft_files import DraftStore, hold
from chemfs.tree.heads.drafts import Draft, Stage, WritingHandle
from chemfs.tree.heads.pending_removals import RETURN_SECONDS
from chemfs.tree.heads.saver import NOTHING, BranchSaver
from chemfs.tree.heads.scratch import Scratch
from chemfs.tree.heads.tip import BranchTip, Drafting
from chemfs.tree.open_files import Caching, FileHandle, Handle
from chemfs.tree.paths import Parts, Tracked
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository


class OpenDrafts(Drafting):
    """The open drafts of one branch. Scratch files being written are among them: a rename may make a save of them."""

    def __init__(self, repository: Repository, branch: BranchName) -> None:
        self.saver = BranchSaver(repository, branch, self._forget)
        self.absences = self.saver.absences
        self._store = DraftStore(repository.root)
        self._lock = Lock()  # over the two below; never held while something is saved
        self._drafts: set[Draft] = set()
        # What was told of a file that was made or cut to nothing, and closed: some programs write it by a second open.
        self._emptied: TTLCache[Tracked, Provenance] = TTLCache(math.inf, RETURN_SECONDS)

    def targets(self) -> set[Tracked]:
        with self._lock:
            named = (draft.where for draft in self._drafts if draft.is_named)
            return {*self._emptied, *(where for where in named if not isinstance(where, tuple))}

    def open(self, target: Tracked, flags: int, tip: BranchTip) -> WritingHandle:
        """Open a tracked file to write: on its bytes, or empty if it is truncated or new. Raises NotFound, OSError."""
        told = self._take_emptied(target)
        kept = b"" if flags & os.O_TRUNC or told is not None else self._present(target, flags, tip)
        path = self._path(target)
        descriptor = self._store.create(path, kept, flags & os.O_APPEND)
        draft = Draft(target, path, Stage.SAVED if kept else Stage.WRITTEN, told=told or NOTHING)
        return self._opened(descriptor, draft)

    def tell(self, target: Tracked, name: str, text: str | None) -> bool:
        """Note what is known of a mask that is being written, for its save. False if nothing waits to be saved."""
        with self._lock:
            waiting = (draft for draft in self._drafts if draft.where == target and draft.stage is not Stage.SAVED)
            if (draft := next(waiting, None)) is not None:
                draft.told = draft.told.with_text(name, text)
            elif (told := self._emptied.get(target)) is not None:
                self._emptied[target] = told.with_text(name, text)
            else:
                return False
        return True

    def open_scratch(self, parts: Parts, flags: int, mode: int, scratch: Scratch) -> Handle:
        """Open a scratch file; one that is written is a draft too, as it may be renamed onto a tracked name."""
        descriptor = scratch.open(parts, flags, mode)
        status = os.fstat(descriptor)
        if flags & os.O_ACCMODE == os.O_RDONLY:
            return FileHandle(descriptor, Caching.NORMAL, stat.S_IMODE(status.st_mode))
        hold(descriptor)
        stage = Stage.SAVED if status.st_size else Stage.WRITTEN
        return self._opened(descriptor, Draft(parts, scratch.path(parts), stage))

    @contextmanager
    def held(self, where: Tracked | Parts) -> Iterator[Draft | None]:
        """What is open there, and neither judged nor closed in the context; None if nothing is."""
        draft = min(self._of(where), key=lambda draft: draft.is_whole, default=None)
        with nullcontext() if draft is None else draft.lock:
            yield draft if draft is not None and draft.handles else None

    def retarget(self, draft: Draft, new: Tracked, scratch: Scratch) -> None:
        """A held file was renamed onto a tracked name: what is written by it is saved there."""
        if isinstance(draft.where, tuple):
            path = self._path(new)
            scratch.move_to(draft.where, path)
            draft.path = path
        draft.where = new

    def scratch_renamed(self, old: Parts, new: Parts, scratch: Scratch) -> None:
        """A scratch file or folder got another name; what is open in it follows."""
        with self._lock:
            for draft in self._drafts:
                if isinstance(draft.where, tuple) and draft.where[: len(old)] == old and draft.is_named:
                    draft.where = new + draft.where[len(old) :]
                    draft.path = scratch.path(draft.where)

    def gone(self, where: Tracked | Parts) -> None:
        """A file was removed or covered: what is still open of it is no longer what has that name."""
        with self._lock:
            if not isinstance(where, tuple):
                self._emptied.pop(where, None)
            for draft in self._drafts:
                if draft.where == where:
                    draft.is_named = False

    def _of(self, where: Tracked | Parts) -> list[Draft]:
        with self._lock:
            return [draft for draft in self._drafts if draft.where == where and draft.is_named and draft.handles]

    def _opened(self, descriptor: int, draft: Draft) -> WritingHandle:
        with self._lock:
            shared = (known for known in self._drafts if known.where == draft.where and known.is_named)
            draft = draft if draft.is_tracked else next(shared, draft)
            self._drafts.add(draft)
            return WritingHandle(descriptor, draft, self.saver)

    def _path(self, target: Tracked) -> Path:
        return self._store.path(self.saver.branch, self.saver.where(target).rsplit("/", 1)[-1])

    def _present(self, target: Tracked, flags: int, tip: BranchTip) -> bytes:
        try:
            return tip.data(target)
        except NotFound:
            if flags & os.O_CREAT:
                return b""
            raise

    def _take_emptied(self, target: Tracked) -> Provenance | None:
        with self._lock:
            return self._emptied.pop(target, None)

    def _forget(self, draft: Draft) -> None:
        with self._lock:
            if draft.handles:
                return  # opened again meanwhile
            self._drafts.discard(draft)
            if isinstance(draft.where, tuple):
                return
            if draft.is_named and draft.stage is not Stage.SAVED:
                self.absences.show(draft.where)  # nothing was saved
                if draft.stage is Stage.WRITTEN and draft.path.stat().st_size == 0:
                    self._emptied[draft.where] = draft.told
        draft.path.unlink(missing_ok=True)
