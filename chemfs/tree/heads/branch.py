"""heads/<branch>/: the one folder that takes writes. The tip's files, drafts over them, other programs' files beside.

Everybody reads the tip until a save is complete; only who writes a draft sees it. Knows no FUSE.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from chemfs.tree.errors import (
    AlreadyThere,
    IsAFolder,
    NotAFolder,
    NotEmpty,
    NotFound,
    NotPermitted,
    ReadOnly,
    Unsupported,
)
from chemfs.tree.heads.draft_table import OpenDrafts
from chemfs.tree.heads.renames import Moves
from chemfs.tree.heads.scratch import Scratch
from chemfs.tree.heads.tip import BranchTip
from chemfs.tree.nodes import Directory, Entry, Node, NodeKind
from chemfs.tree.open_files import Handle
from chemfs.tree.paths import (
    ImageFile,
    Inside,
    MaskFile,
    MaskFolder,
    OtherFile,
    Parts,
    SidecarFile,
    StateFolder,
    XmpFile,
    parse_inside,
)
from chemfs.tree.state import image_node, open_image
from chemfs.tree.xattrs import NO_ATTRIBUTES, Attributes, text_of, writable
from chemigram_core.layout import MASK_FOLDER
from chemigram_core.names import BranchName
from chemigram_core.operations.describe_mask import describe_mask
from chemigram_core.repository import Repository

_FOLDER_MODE = 0o755


class BranchFolder:
    """The folder of one branch in one mount. Methods take the parts of a path below it; raise Condition, OSError."""

    def __init__(self, repository: Repository, branch: BranchName) -> None:
        self._repository = repository
        self._scratch = Scratch(repository.root, branch)
        self._drafts = OpenDrafts(repository, branch)
        self.saver = self._drafts.saver
        self._stand_on(branch)

    def node(self, parts: Parts) -> Node:
        """What stands there. Raises NotFound."""
        match self._place(parts):
            case StateFolder():
                return Directory(self._tip.time_ns(), self._entries, _FOLDER_MODE)
            case MaskFolder():
                return Directory(self._tip.time_ns(), self._mask_entries, _FOLDER_MODE)
            case XmpFile() | SidecarFile() | MaskFile() as target:
                return self._tip.node(target)
            case ImageFile():
                self._check_image_shown()
                return image_node(self._repository.image)
            case OtherFile():
                return self._scratch.node(parts)

    def open(self, parts: Parts, flags: int, mode: int) -> Handle:
        """Open a file; `flags` and `mode` are those of open(2). Raises NotFound, IsAFolder, ReadOnly for the image."""
        writes = flags & os.O_ACCMODE != os.O_RDONLY
        match self._place(parts):
            case XmpFile() | SidecarFile() | MaskFile() as target:
                return self._drafts.open(target, flags, self._tip) if writes else self._tip.open(target)
            case ImageFile():
                if writes:
                    raise ReadOnly(parts[-1])
                self._check_image_shown()
                return open_image(self._repository.image)
            case OtherFile():
                return self._drafts.open_scratch(parts, flags, mode, self._scratch)
            case StateFolder() | MaskFolder():
                raise IsAFolder("/".join(parts))

    def remove(self, parts: Parts) -> None:
        """Remove a file. A tracked one is hidden: it may come back at once. Raises NotFound, IsAFolder."""
        match self._place(parts):
            case XmpFile() | SidecarFile() | MaskFile() as target:
                self._tip.node(target)
                self._moves.hide(target)
            case ImageFile():
                self._check_image_shown()
                self.saver.absences.hide_image(time.monotonic())
            case OtherFile():
                self._scratch.remove(parts)
                self._drafts.gone(parts)
            case StateFolder() | MaskFolder():
                raise IsAFolder("/".join(parts))

    def rename(self, old: Parts, new: Parts) -> None:
        """Rename within the branch; onto a tracked name it is a save. Raises what makes the bytes no save."""
        self._moves.rename(old, new, self._place(old), self._place(new))

    def link(self, old: Parts, new: Parts) -> None:
        """Give a file a second name within the branch; a tracked one is a save."""
        self._moves.link(old, new, self._place(old), self._place(new))

    def symlink(self, target: str, parts: Parts) -> None:
        """Make a symlink among the scratch files. Raises NotPermitted elsewhere."""
        self._only_scratch(parts)
        self._scratch.symlink(target, parts)

    def make_folder(self, parts: Parts, mode: int) -> None:
        """Make a folder among the scratch files. Raises AlreadyThere for masks/, NotPermitted for tracked names."""
        if isinstance(self._place(parts), StateFolder | MaskFolder):
            raise AlreadyThere("/".join(parts))
        self._only_scratch(parts)
        self._scratch.make_folder(parts, mode)

    def remove_folder(self, parts: Parts) -> None:
        """Remove an empty folder; an empty masks/ comes back with the next mask. Raises NotEmpty, NotAFolder."""
        match self._place(parts):
            case MaskFolder():
                if any(True for _ in self._mask_entries()):
                    raise NotEmpty(MASK_FOLDER)
            case OtherFile():
                self._scratch.remove_folder(parts)
            case _:
                raise NotAFolder("/".join(parts))

    def check_writable(self, parts: Parts) -> None:
        """Raises NotFound where nothing is, ReadOnly for the image."""
        self.node(parts)
        if isinstance(self._place(parts), ImageFile):
            raise ReadOnly(parts[-1])

    def set_mode(self, parts: Parts, mode: int) -> None:
        """chmod: real for scratch, harmless for a state's files, whose bytes alone are versioned."""
        if self._is_scratch(parts):
            self._scratch.set_mode(parts, mode)
        else:
            self.node(parts)

    def set_times(self, parts: Parts, times_ns: tuple[int, int]) -> None:
        """utimens: real for scratch, harmless for a state's files, whose time is that of their content."""
        if self._is_scratch(parts):
            self._scratch.set_times(parts, times_ns)
        else:
            self.node(parts)

    def attributes(self, parts: Parts) -> Attributes:
        """The extended attributes of what stands there. Raises NotFound."""
        self.node(parts)
        match self._place(parts):
            case StateFolder() | XmpFile() | SidecarFile() | MaskFile() as place:
                return self._tip.attributes(place)
            case _:
                return NO_ATTRIBUTES

    def set_attribute(self, parts: Parts, name: str, value: bytes | None) -> None:
        """Tell something of a mask, or take it back. Raises Unsupported for all else, InvalidProvenance."""
        match self._place(parts):
            case MaskFile(mask) as target if (key := writable(name)) is not None:
                text = None if value is None else text_of(value)
                if not self._drafts.tell(target, key, text):
                    describe_mask(self._repository, self.branch, mask, lambda known: known.with_text(key, text))
            case _:
                raise Unsupported("/".join(parts))

    @contextmanager
    def renamed(self, name: BranchName) -> Iterator[None]:
        """The branch gets another name in the context, and its scratch goes before: so a failure leaves both."""
        with self.saver.lock:
            self._scratch.move(name)
            try:
                yield
            except BaseException:
                self._scratch.move(self.branch)
                raise
            self._drafts.scratch_renamed((), (), self._scratch)
            self._stand_on(name)

    def check_removable(self) -> None:
        """Raises NotEmpty when other programs' files are left in the folder."""
        if not self._scratch.is_empty():
            raise NotEmpty(self.branch)

    def _stand_on(self, branch: BranchName) -> None:
        self.branch = self.saver.branch = branch
        self._tip = BranchTip(self._repository, branch, self._drafts)
        self._moves = Moves(self._repository, self._scratch, self._drafts, self._tip)

    def _place(self, parts: Parts) -> Inside:
        return parse_inside(parts, self._repository.image)

    def _is_scratch(self, parts: Parts) -> bool:
        return isinstance(self._place(parts), OtherFile)

    def _only_scratch(self, parts: Parts) -> None:
        if not self._is_scratch(parts):
            raise NotPermitted("/".join(parts))

    def _check_image_shown(self) -> None:
        if self.saver.absences.hides_image(time.monotonic()):
            raise NotFound("the image")

    def _entries(self) -> Iterable[Entry]:
        yield from self._tip.entries()
        yield MASK_FOLDER, NodeKind.FOLDER
        yield from (entry for entry in self._scratch.entries(()) if entry[0] != MASK_FOLDER)

    def _mask_entries(self) -> Iterable[Entry]:
        yield from self._tip.mask_entries()
        yield from self._scratch.entries((MASK_FOLDER,))
