"""A file being written in a branch folder, and how far its bytes are from being saved. Knows no repository and no lock.

The bytes are in a real file, so only the disk limits their size. `where` says what they become: a tracked file of the
state, or scratch. A rename changes `where` and nothing else, so a program that renames before it closes saves under the
new name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from chemfs.tree.errors import TooLarge
from chemfs.tree.heads.doubt import Doubt, Doubts, FileId
from chemfs.tree.heads.tracked import Mask, Parts, Tracked
from chemigram_core import xmp
from chemigram_core.log.branch_mark import BranchMark
from chemigram_core.masks import png
from chemigram_core.masks.provenance import Provenance
from chemigram_core.rejected import RejectedSave


class DraftState(Enum):
    """What happened to the bytes since the last write."""

    SAVED = auto()  # nothing to save: only opened, or saved since the last write
    WRITTEN = auto()  # not saved or refused since the last write
    REFUSED = auto()  # refused since the last write: not valid
    FAILED = auto()  # a write or the store failed: the program that closed the file got the error
    KEPT = auto()  # the same, and the bytes are in rejected/


@dataclass(eq=False, slots=True)
class Draft:
    """The file at `path`, written through any number of open files. The draft table guards all of it."""

    where: Tracked | Parts
    path: Path
    state: DraftState = DraftState.WRITTEN
    branch: BranchMark | None = None  # of a tracked draft: the branch when the file was opened or got its name
    doubts: Doubts = field(default_factory=dict)  # those of all scratch files, or its own alone
    file: FileId = (0, 0)  # of a scratch file: its key there
    rejection: RejectedSave | None = None
    provenance: Provenance = field(default_factory=Provenance)  # of a mask: saved along with it
    is_named: bool = True  # False after it was removed or replaced
    is_claimed: bool = False  # one close, release or rename at a time holds it
    open_files: int = 0
    writes: int = 0

    @property
    def is_tracked(self) -> bool:
        """Whether the bytes will be a file of the state."""
        return not isinstance(self.where, tuple)

    @property
    def target(self) -> Tracked:
        """The file of the state that a tracked draft will be."""
        if isinstance(self.where, tuple):
            raise TypeError("/".join(self.where))
        return self.where

    @property
    def doubt(self) -> Doubt | None:
        """What is uncertain of a spoilt file: a write to it failed, under this name or another."""
        return self.doubts.get(self.file)

    @doubt.setter
    def doubt(self, doubt: Doubt | None) -> None:
        if doubt is None:
            self.doubts.pop(self.file, None)
        else:
            self.doubts[self.file] = doubt

    def check_size(self, size_bytes: int) -> None:
        """Raises TooLarge for more bytes than any valid file of its kind has: they are never read into memory."""
        if self.is_tracked:
            check_size(self.target, size_bytes)


@dataclass(frozen=True, slots=True)
class Save:
    """Save the bytes of a draft, as of so many writes, as the branch's file."""

    draft: Draft
    writes: int
    provenance: Provenance
    was_refused: bool  # the same bytes were refused and kept before


Action = Save | Doubt | None
"""What to do with a draft, if anything; a doubt is the reason to save nothing."""


def check_size(target: Tracked, size_bytes: int) -> None:
    """Raises TooLarge for more bytes than any valid file of that kind has."""
    if size_bytes > (png.MAX_BYTES if isinstance(target, Mask) else xmp.MAX_BYTES):
        raise TooLarge(str(target))
