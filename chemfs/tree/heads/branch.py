"""One branch in one mount: the owner of its drafts, its pending removals and its scratch. Knows no nodes.

There is never more than one object for a branch, since it holds everything that is being written.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock

from chemfs.tree.errors import NotFound
from chemfs.tree.heads.doubt import file_id
from chemfs.tree.heads.draft import Draft, DraftState
from chemfs.tree.heads.draft_files import DraftFiles
from chemfs.tree.heads.draft_table import NOTHING_KNOWN, DraftTable
from chemfs.tree.heads.hidden_names import HiddenNames
from chemfs.tree.heads.renames import Renames
from chemfs.tree.heads.saver import Saver
from chemfs.tree.heads.scratch import Scratch
from chemfs.tree.heads.tip import Tip
from chemfs.tree.heads.tracked import Mask, Parts, Tracked
from chemfs.tree.heads.writable_file import WritableFile
from chemfs.tree.open_files import Caching, OpenFile, SharedFile
from chemigram_core.durable.in_use import mark_in_use
from chemigram_core.names import BranchName
from chemigram_core.operations.describe_mask import describe_mask
from chemigram_core.repository import Repository
from chemigram_core.scratch import parts_of


class Branch:
    """A branch, which may be renamed. Methods raise the conditions of `errors`, ChemigramError, OSError."""

    def __init__(self, repository: Repository, name: BranchName) -> None:
        self.table = DraftTable()
        self.hidden = HiddenNames()
        self.scratch = Scratch(repository.root, parts_of(name))
        self._repository = repository
        self._files = DraftFiles(repository.root)
        self._saver = Saver(repository, name, self.table)
        self._stand_on(name)

    def open_to_write(
        self, target: Tracked, flags: int, keeps: object, present: Callable[[], bytes] | None = None
    ) -> OpenFile:
        """Open a tracked file with its bytes, or empty if truncated or new; `keeps` is referenced while it is open.

        `present` returns its bytes if they are not those of the tip.
        """
        emptied, mark = self.table.take_emptied(target), self._saver.mark()
        present = present or partial(self._present, target, flags)
        kept = b"" if flags & os.O_TRUNC or emptied is not None else present()
        path = self._files.path(self._saver.path(target))
        descriptor = self._files.create(path, kept, flags & os.O_APPEND)
        state = DraftState.SAVED if kept else DraftState.WRITTEN
        draft = Draft(target, path, state, mark, provenance=emptied or NOTHING_KNOWN)
        return WritableFile(descriptor, draft, self.table, self._saver, keeps)

    def open_scratch(self, parts: Parts, flags: int, mode: int, keeps: object) -> OpenFile:
        """Open a scratch file; if it is written it is a draft too, since it may be renamed onto a tracked name."""
        descriptor = self.scratch.open(parts, flags, mode)
        status = os.fstat(descriptor)
        if flags & os.O_ACCMODE == os.O_RDONLY:
            return SharedFile(descriptor, Caching.NORMAL, stat.S_IMODE(status.st_mode))
        mark_in_use(descriptor)
        state = DraftState.SAVED if status.st_size else DraftState.WRITTEN
        draft = Draft(parts, self.scratch.path(parts), state, doubts=self.scratch.doubts, file=file_id(status))
        opened = WritableFile(descriptor, draft, self.table, self._saver, keeps)
        if flags & os.O_TRUNC:
            self.table.written(opened.draft)
        return opened

    def remove(self, target: Tracked) -> None:
        """Hide a tracked file: it may be created again at once. Raises NotFound."""
        self.tip.shown(target)
        self._renames.remove(target)

    def remove_scratch(self, parts: Parts) -> None:
        """Remove a scratch file."""
        self.scratch.remove(parts)
        self.table.detach(parts)

    def rename(self, old: Tracked | Parts, new: Tracked | Parts) -> None:
        """Rename a file; onto a tracked name it is a save. Raises the reason if the bytes are not a valid save."""
        self._renames.rename(old, new)

    def link(self, old: Tracked | Parts, new: Tracked | Parts) -> None:
        """Give a file a second name; a tracked one is a save."""
        self._renames.link(old, new)

    def save(self, target: Tracked, data: bytes) -> None:
        """Save bytes that come from elsewhere. Raises the reason if they are not a valid save; then they are kept."""
        self._saver.save_or_reject(target, data)

    def describe(self, mask: Mask, key: str, text: str | None) -> None:
        """Set or remove a key of a mask's provenance. Raises InvalidProvenance, UnknownMask."""
        if not self.table.describe(mask, lambda known: known.with_text(key, text)):
            describe_mask(self._repository, self.name, mask.name, lambda known: known.with_text(key, text))

    def commit_due_removals(self, now: float) -> bool:
        """Make a snapshot of the removals due at `now` (monotonic seconds); whether others are pending."""
        self._saver.commit_due_removals(now)
        return bool(self.table.removed_masks())

    def check_image_shown(self) -> None:
        """Raises NotFound if the image was removed a moment ago."""
        if self.table.hides_image():
            raise NotFound("the image")

    @contextmanager
    def deleted(self) -> Iterator[None]:
        """Delete the branch in the context: saves of its open files are refused from then on."""
        with self._saver.lock, self.scratch.lock:
            yield

    @contextmanager
    def renamed(self, name: BranchName) -> Iterator[None]:
        """Rename the branch in the context, and its scratch with it."""
        with self._saver.lock:
            with self.scratch.moved(name):
                yield
            self.table.scratch_renamed((), (), self.scratch.path)
            self._stand_on(name)

    def _stand_on(self, name: BranchName) -> None:
        self.name = self._saver.branch = name
        self.tip = Tip(self._repository, name, self.table)
        self._renames = Renames(self.scratch, self.table, self._files, self._saver, self.tip)

    def _present(self, target: Tracked, flags: int) -> bytes:
        try:
            return self.tip.data(target)
        except NotFound:
            if flags & os.O_CREAT:
                return b""
            raise


class Branches:
    """The branches of one repository in one mount, by name. Safe for many threads."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = Lock()  # guards the table; held for dict operations only
        self._branches: dict[BranchName, Branch] = {}

    def __getitem__(self, name: BranchName) -> Branch:
        with self._lock:
            if name not in self._branches:
                self._branches[name] = Branch(self._repository, name)
            return self._branches[name]

    def all(self) -> list[Branch]:
        """The branches that have been used in this mount."""
        with self._lock:
            return list(self._branches.values())

    def renamed(self, old: BranchName, new: BranchName) -> None:
        """A branch was renamed."""
        self.deleted(new)  # by another program, long before
        with self._lock:
            self._branches[new] = self._branches.pop(old)

    def deleted(self, name: BranchName) -> None:
        """A branch was deleted; it may never have been used here."""
        with self._lock:
            self._branches.pop(name, None)
