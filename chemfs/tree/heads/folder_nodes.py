"""The nodes of the folders in a branch: their common base, masks/, and other programs' folders.

Decides the meaning of a name: a tracked file, masks/, the image, or scratch.
"""

from __future__ import annotations

import os
import stat
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from chemfs.tree.errors import (
    AlreadyThere,
    IsAFolder,
    NotAFolder,
    NotAMask,
    NotEmpty,
    NotPermitted,
    OtherBranch,
    ReadOnly,
    Unsupported,
)
from chemfs.tree.heads.branch import Branch
from chemfs.tree.heads.branch_drawn import BranchDrawn
from chemfs.tree.heads.file_nodes import BranchImage, FolderInBranch, InScratch, ScratchFile, ScratchLink, TrackedFile
from chemfs.tree.heads.tracked import InFolder, Mask, Parts, Sidecar, Tracked, Xmp, looks_like_mask, mask_called
from chemfs.tree.nodes import Entry, Folder, Node, NodeKind, Source
from chemfs.tree.open_files import OpenFile, Stat
from chemfs.tree.open_repository import OpenRepository
from chemigram_core.layout import MASK_FOLDER


class Fixed(Enum):
    """The names in a branch's folder with a fixed meaning."""

    MASKS = auto()
    DRAWN = auto()
    IMAGE = auto()


Meaning = InFolder | Parts | Fixed


class FolderOfFiles(FolderInBranch):
    """Operations that all folders in a branch share."""

    __slots__ = ()

    @abstractmethod
    def meaning(self, name: str) -> Meaning:
        """The meaning of a name here, whether or not it exists."""

    def check_new(self, name: str) -> None:
        """Called before a name is made here. Raises NotAMask."""

    def lookup(self, name: str) -> Node:
        match self.meaning(name):
            case Xmp() | Sidecar() | Mask() as target:
                return TrackedFile(self, target)
            case Fixed.MASKS:
                return BranchMasks(self)
            case Fixed.DRAWN:
                return BranchDrawn(self)
            case Fixed.IMAGE:
                return BranchImage(self)
            case parts:
                return self._in_scratch(parts)

    def create(self, name: str, flags: int, mode: int) -> OpenFile:
        self.check_new(name)
        match self.meaning(name):
            case Xmp() | Sidecar() | Mask() as target if flags & os.O_ACCMODE:
                return self.to_write().open_to_write(target, flags | os.O_CREAT, self.opened())
            case tuple() as parts:
                return self.to_write().open_scratch(parts, flags | os.O_CREAT, mode, self.opened())
            case Fixed.MASKS | Fixed.DRAWN:
                raise IsAFolder(name)
            case Fixed.IMAGE:
                raise ReadOnly(name)
            case target:
                return TrackedFile(self, target).open_to_read()

    def remove(self, name: str) -> None:
        """Remove a file. A tracked one is only hidden at first: it may be created again at once."""
        branch = self.to_write()
        match self.meaning(name):
            case Fixed.MASKS | Fixed.DRAWN:
                raise IsAFolder(name)
            case Fixed.IMAGE:
                branch.check_image_shown()
                branch.table.remove_image()
            case tuple() as parts:
                branch.remove_scratch(parts)
            case target:
                branch.remove(target)

    def remove_folder(self, name: str) -> None:
        """Remove a folder. Removing an empty masks/ or drawn/ has no effect, since every state has them."""
        branch = self.to_write()
        match self.meaning(name):
            case Fixed.MASKS:
                if any(True for _ in BranchMasks(self).entries()):
                    raise NotEmpty(name)
            case Fixed.DRAWN:
                if BranchDrawn(self).is_shown():
                    raise NotEmpty(name)
            case tuple() as parts:
                branch.scratch.remove_folder(parts)
            case _:
                raise NotAFolder(name)

    def make_folder(self, name: str, mode: int) -> None:
        if self.meaning(name) in {Fixed.MASKS, Fixed.DRAWN}:
            raise AlreadyThere(name)
        self.check_new(name)
        self.to_write().scratch.make_folder(self._scratch_only(name), mode)

    def make_link(self, name: str, target: str) -> None:
        self.check_new(name)
        self.to_write().scratch.symlink(target, self._scratch_only(name))

    def rename(self, name: str, folder: Folder, new_name: str) -> None:
        """Rename within the branch; onto a tracked name it is a save. Raises why the bytes are not a valid save."""
        branch = self.to_write()
        target = self._beside(folder, branch)
        target.check_new(new_name)
        branch.rename(self.file(name), target.file(new_name))

    def link(self, name: str, node: Node) -> None:
        branch = self.to_write()
        if not isinstance(node, TrackedFile | InScratch):
            raise OtherBranch(name)
        self.check_new(name)
        self._beside(node.folder, branch)
        branch.link(node.target if isinstance(node, TrackedFile) else node.parts(), self.file(name))

    def file(self, name: str) -> Tracked | Parts:
        """A file by name. Raises NotPermitted for masks/ and the image."""
        meaning = self.meaning(name)
        if isinstance(meaning, Fixed):
            raise NotPermitted(name)
        return meaning

    def check_writable(self) -> None:
        self.to_write()

    def set_mode(self, mode: int) -> None:
        self.to_write()

    def set_owner(self) -> None:
        self.to_write()

    def set_times(self, times_ns: tuple[int, int]) -> None:
        self.to_write()

    def write_xattr(self, name: str, value: bytes | None) -> None:
        raise Unsupported(name)

    def scratch_entries(self) -> Iterable[Entry]:
        """The names of other programs' files here."""
        return self.branch().scratch.entries(self.parts())

    def _scratch_only(self, name: str) -> Parts:
        if not isinstance(parts := self.meaning(name), tuple):
            raise NotPermitted(name)
        return parts

    def _beside(self, folder: Folder, branch: Branch) -> FolderOfFiles:
        """A folder of the same branch. Raises OtherBranch, ReadOnly."""
        if not isinstance(folder, FolderOfFiles):
            raise ReadOnly("what is outside heads/<branch>/")
        if folder.branch() is not branch:
            raise OtherBranch(folder.branch().name)
        return folder

    def _in_scratch(self, parts: Parts) -> Node:
        mode = self.branch().scratch.stat(parts).st_mode
        self.existing()
        if stat.S_ISDIR(mode):
            return ScratchFolder(self, parts[-1])
        return (ScratchLink if stat.S_ISLNK(mode) else ScratchFile)(self, parts[-1])


class BranchMasks(FolderOfFiles):
    """masks/ of a branch, which exists even without masks."""

    __slots__ = ("_state",)
    entry_seconds = stat_seconds = 0.0

    def __init__(self, state: FolderInBranch) -> None:
        self._state = state

    @property
    def sources(self) -> Sequence[Source]:
        return self._state.sources

    def opened(self) -> OpenRepository:
        return self._state.opened()

    def branch(self) -> Branch:
        return self._state.branch()

    def existing(self) -> Branch:
        return self._state.existing()

    def parts(self) -> Parts:
        return (MASK_FOLDER,)

    def meaning(self, name: str) -> Meaning:
        return mask_called(name) or (MASK_FOLDER, name)

    def check_new(self, name: str) -> None:
        """Raises NotAMask for a picture that can't be a mask, and so would silently not be versioned."""
        if mask_called(name) is None and looks_like_mask(name):
            raise NotAMask(name)

    def stat(self) -> Stat:
        return self._state.stat()

    def entries(self) -> Iterable[Entry]:
        yield from (Entry(name.file_name, NodeKind.FILE) for name in self.branch().tip.masks())
        yield from (entry for entry in self.scratch_entries() if mask_called(entry.name) is None)


class ScratchFolder(InScratch, FolderOfFiles):
    """A folder of other programs."""

    __slots__ = ()

    def opened(self) -> OpenRepository:
        return self.folder.opened()

    def branch(self) -> Branch:
        return self.folder.branch()

    def existing(self) -> Branch:
        return self.folder.existing()

    def meaning(self, name: str) -> Meaning:
        return (*self.parts(), name)

    def entries(self) -> Iterable[Entry]:
        return self.scratch_entries()
