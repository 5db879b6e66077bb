"""A file being written in a branch folder, and how far its bytes are from being saved. Knows no repository and no lock.

The bytes are a real file, so the disk alone bounds their size. `where` says what they will be: a tracked file of the
state, or scratch. A rename changes `where` and nothing else, so a program that renames before it closes saves under the
new name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from chemfs.tree.errors import TooLarge
from chemfs.tree.heads.tracked import Mask, Parts, Tracked
from chemigram_core import xmp
from chemigram_core.masks import png
from chemigram_core.masks.provenance import Provenance
from chemigram_core.rejected import RejectedSave


class DraftState(Enum):
    """Where the bytes stand between two writes."""

    SAVED = auto()  # nothing to save: only opened, or saved since the last write
    WRITTEN = auto()  # not judged since the last write
    REFUSED = auto()  # judged since the last write, and not valid
    FAILED = auto()  # perhaps valid, but the store failed: whoever closed it got the error


@dataclass(eq=False, slots=True)
class Draft:
    """The file at `path`, written through any number of open files. The draft table guards all of it."""

    where: Tracked | Parts
    path: Path
    state: DraftState = DraftState.WRITTEN
    rejection: RejectedSave | None = None
    provenance: Provenance = field(default_factory=Provenance)  # of a mask: what its save takes along
    is_named: bool = True  # False when it was removed, or something else took its name
    is_claimed: bool = False  # one close, release or rename at a time works on it
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

    def check_size(self, size_bytes: int) -> None:
        """Raises TooLarge for more than a file of its kind can have: so much is never read into memory."""
        if self.is_tracked:
            check_size(self.target, size_bytes)


@dataclass(frozen=True, slots=True)
class Save:
    """Make the bytes of a draft, as they were after so many writes, the branch's file."""

    draft: Draft
    writes: int
    provenance: Provenance
    was_refused: bool  # the same bytes were refused before: they are kept already


class Otherwise(Enum):
    """What else may be left to do with a draft."""

    NOTHING = auto()
    KEEP = auto()  # its save failed and nobody will close it again: the bytes go to rejected/


Action = Save | Otherwise


def check_size(target: Tracked, size_bytes: int) -> None:
    """Raises TooLarge for more bytes than any valid file of that kind has."""
    if size_bytes > (png.MAX_BYTES if isinstance(target, Mask) else xmp.MAX_BYTES):
        raise TooLarge(str(target))
