"""A file being written in a branch folder: its bytes, and how far they are from being a save. Knows no repository.

The bytes are a real file, so the disk alone bounds their size. `where` says what they will be: a tracked file of the
state, or scratch. A rename changes `where` and nothing else, so a program that renames before it closes saves under the
new name.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from threading import Lock

from chemfs.tree.errors import TooLarge
from chemfs.tree.nodes import File
from chemfs.tree.open_files import Caching, Handle
from chemfs.tree.paths import MaskFile, Parts, Tracked
from chemigram_core import xmp
from chemigram_core.masks import png
from chemigram_core.masks.provenance import Provenance
from chemigram_core.rejected import RejectedSave

TRACKED_MODE = 0o644


class Stage(Enum):
    """Where the bytes stand between two writes."""

    SAVED = auto()  # nothing to save: opened only, or saved since the last write
    WRITTEN = auto()  # not judged since the last write
    REFUSED = auto()  # judged since the last write, and not valid
    FAILED = auto()  # perhaps valid, but the store failed: who closed it was told


class Verdict(Enum):
    """What to do with a draft when somebody closes a descriptor on it."""

    NOTHING = auto()
    WAIT = auto()  # shells close duplicates of a file that is still empty
    SAVE = auto()


@dataclass(eq=False, slots=True)
class Draft:
    """The file at `path`, written through any number of handles; `lock` is held while it is judged and saved."""

    where: Tracked | Parts
    path: Path
    stage: Stage = Stage.WRITTEN
    rejection: RejectedSave | None = None
    is_named: bool = True  # False when it was removed, or something else took its name
    handles: int = 0
    writes: int = 0
    told: Provenance = field(default_factory=Provenance)
    lock: Lock = field(default_factory=Lock)

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
    def is_whole(self) -> bool:
        """Whether no close is still to come that tells that the bytes are whole."""
        return self.stage is Stage.SAVED

    def check_size(self, size_bytes: int) -> None:
        """Raises TooLarge for more than a file of its kind can have: so much is never read into memory."""
        if self.is_tracked and size_bytes > limit_bytes(self.target):
            raise TooLarge(str(self.target))

    def touched(self) -> None:
        """The bytes were changed."""
        self.writes += 1
        self.stage = Stage.WRITTEN

    def judged(self, stage: Stage, writes: int) -> None:
        """The bytes as they were at `writes` were saved or refused; what was written meanwhile waits."""
        if self.writes == writes:
            self.stage = stage

    def verdict(self, size_bytes: int) -> Verdict:
        """What a close asks for."""
        if self.stage is Stage.SAVED:
            return Verdict.NOTHING
        return Verdict.SAVE if size_bytes else Verdict.WAIT


def limit_bytes(target: Tracked) -> int:
    """What no valid file of that kind exceeds."""
    return png.MAX_BYTES if isinstance(target, MaskFile) else xmp.MAX_BYTES


class DraftSaver:
    """Whoever turns drafts into saves: a branch folder."""

    def closed(self, draft: Draft) -> None:
        """A descriptor on the draft was closed. Raises what makes the bytes no save."""
        raise NotImplementedError

    def released(self, draft: Draft) -> None:
        """A handle on the draft is gone."""
        raise NotImplementedError


class WritingHandle(Handle):
    """Reads and writes one draft through a descriptor, which it owns."""

    caching = Caching.NORMAL

    def __init__(self, descriptor: int, draft: Draft, saver: DraftSaver) -> None:
        self._descriptor = descriptor
        self.draft = draft
        self._saver = saver
        draft.handles += 1

    @property
    def is_own(self) -> bool:
        return self.draft.is_tracked

    def read(self, size_bytes: int, offset_bytes: int) -> bytes:
        return os.pread(self._descriptor, size_bytes, offset_bytes)

    def node(self) -> File:
        status = os.fstat(self._descriptor)
        mode = TRACKED_MODE if self.draft.is_tracked else stat.S_IMODE(status.st_mode)
        return File(status.st_size, status.st_mtime_ns, mode)

    def write(self, data: bytes, offset_bytes: int) -> int:
        self.draft.check_size(offset_bytes + len(data))
        written = os.pwrite(self._descriptor, data, offset_bytes)
        self.draft.touched()
        return written

    def truncate(self, size_bytes: int) -> None:
        self.draft.check_size(size_bytes)
        os.ftruncate(self._descriptor, size_bytes)
        self.draft.touched()

    def flush(self) -> None:
        self._saver.closed(self.draft)

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def release(self) -> None:
        try:
            os.close(self._descriptor)
        finally:
            self._saver.released(self.draft)
