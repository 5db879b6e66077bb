"""The nodes of the files in a branch folder: tracked files, other programs' files, and the image.

Each asks its folder where it is, so that known inodes follow a renamed branch or folder.
"""

from __future__ import annotations

import os
import stat
from abc import abstractmethod
from collections.abc import Hashable

from chemfs.tree import xattrs
from chemfs.tree.errors import ReadOnly, Unsupported
from chemfs.tree.heads.branch import Branch
from chemfs.tree.heads.tip import Shown
from chemfs.tree.heads.tracked import Mask, Parts, Tracked, Xmp
from chemfs.tree.image_file import ImageFile
from chemfs.tree.nodes import File, Folder, Link, Node, Xattrs
from chemfs.tree.objects import open_mask, open_snapshot
from chemfs.tree.open_files import BytesFile, OpenFile, Stat, links_of
from chemfs.tree.open_repository import OpenRepository
from chemfs.tree.permissions import limited, way_to
from chemigram_core.digest import Digest


class FolderInBranch(Folder):
    """The folder of a branch, or one in it, as seen by the files in it."""

    __slots__ = ()

    @abstractmethod
    def opened(self) -> OpenRepository:
        """The repository."""

    @abstractmethod
    def branch(self) -> Branch:
        """The branch, which may have been deleted."""

    @abstractmethod
    def existing(self) -> Branch:
        """The branch. Raises NotFound if it was deleted."""

    @abstractmethod
    def parts(self) -> Parts:
        """The names that lead here from the branch's folder."""

    def to_write(self) -> Branch:
        """The branch, about to be changed. Raises NotFound, ReadOnly."""
        self.opened().check_writable()
        return self.existing()


class FileInBranch(Node):
    """A name in a folder of a branch. Saves show at once, so the kernel caches nothing of it."""

    __slots__ = ("folder",)
    entry_seconds = stat_seconds = 0.0

    def __init__(self, folder: FolderInBranch) -> None:
        self.folder = folder

    def write_xattr(self, name: str, value: bytes | None) -> None:
        raise Unsupported(name)

    def check_writable(self) -> None:
        self.folder.to_write()
        self.stat()

    def set_mode(self, mode: int) -> None:
        """Ignored: only a state's bytes are versioned."""
        self.check_writable()

    def set_owner(self) -> None:
        """Ignored: a file belongs to the owner of what is behind it."""
        self.check_writable()

    def set_times(self, times_ns: tuple[int, int]) -> None:
        """Ignored: the time of a state's file is that of its content."""
        self.check_writable()


class TrackedFile(FileInBranch, File):
    """A versioned file as it was when it was looked up; empty while it is written for the first time."""

    __slots__ = ("_shown", "target")
    kept_seconds = 1.0

    def __init__(self, folder: FolderInBranch, target: Tracked) -> None:
        """Raises NotFound."""
        super().__init__(folder)
        self.target = target
        self._shown: Shown = folder.branch().tip.shown(target)

    @property
    def content(self) -> Digest | None:
        return self._shown.content

    @property
    def place(self) -> Hashable:
        """The same for every content and for both names of the XMP.

        Has the repository in it: the branch is another object when that was forgotten and opened again.
        """
        opened = self.folder.opened()
        return opened, self.folder.branch(), self.target if isinstance(self.target, Mask) else Xmp()

    def stat(self) -> Stat:
        return self._shown.stat

    def check_writable(self) -> None:
        self.folder.opened().check_writable()

    def open(self, flags: int) -> OpenFile:
        if flags & (os.O_ACCMODE | os.O_TRUNC):
            opened = self.folder.opened()
            opened.check_writable()
            return self.folder.branch().open_to_write(self.target, flags, opened)
        return self.open_to_read()

    def open_to_read(self) -> OpenFile:
        shown, repository = self._shown, self.folder.opened().repository
        if shown.state is None or shown.content is None:
            return BytesFile(b"")
        if isinstance(self.target, Mask):
            return open_mask(repository, shown.state, self.target.name, shown.content, shown.stat.mode)
        return open_snapshot(repository, shown.content, shown.stat.mode)

    def xattrs(self) -> Xattrs:
        if self.content is None:
            return {}
        of = xattrs.of_mask if isinstance(self.target, Mask) else xattrs.of_state
        return of(self.folder.opened().repository, self.content)

    def write_xattr(self, name: str, value: bytes | None) -> None:
        """Set a key of a mask's provenance. Raises Unsupported for other files and names, InvalidProvenance."""
        if not isinstance(self.target, Mask) or (key := xattrs.writable(name)) is None:
            raise Unsupported(name)
        text = None if value is None else xattrs.text_of(value)
        self.folder.to_write().describe(self.target, key, text)


class BranchImage(FileInBranch, File):
    """The image as it was looked up. It is never written, and if it is removed, it is hidden for a while."""

    __slots__ = ("_image",)

    def __init__(self, folder: FolderInBranch) -> None:
        """Raises NotFound, also if it was removed a moment ago; ImageInMount, OSError."""
        super().__init__(folder)
        folder.branch().check_image_shown()
        opened = folder.opened()
        self._image = ImageFile(opened.image_look, opened.repository.image)

    @property
    def content(self) -> Hashable:
        return self._image.content

    def stat(self) -> Stat:
        return self._image.stat()

    def open(self, flags: int) -> OpenFile:
        if flags & (os.O_ACCMODE | os.O_TRUNC):
            raise ReadOnly("the image")
        return self._image.open_to_read()

    def check_writable(self) -> None:
        raise ReadOnly("the image")

    def set_mode(self, mode: int) -> None:
        self.folder.to_write()

    def set_owner(self) -> None:
        self.folder.to_write()

    def set_times(self, times_ns: tuple[int, int]) -> None:
        self.folder.to_write()


class InScratch(FileInBranch):
    """A file of other programs, with its own permission bits and times."""

    __slots__ = ("_name",)

    def __init__(self, folder: FolderInBranch, name: str) -> None:
        super().__init__(folder)
        self._name = name

    @property
    def place(self) -> Hashable:
        """The same for all names of a file. Raises NotFound."""
        return links_of(self.folder.branch().scratch.stat(self.parts()))

    def moved(self, folder: Folder, name: str) -> None:
        if isinstance(folder, FolderInBranch):
            self.folder, self._name = folder, name

    def parts(self) -> Parts:
        """The names that lead here from the branch's folder."""
        return (*self.folder.parts(), self._name)

    def stat(self) -> Stat:
        status = self.folder.branch().scratch.stat(self.parts())
        mode, folder = stat.S_IMODE(status.st_mode), self.folder.branch().scratch.path(self.folder.parts())
        permissions = limited(mode, status.st_uid, status.st_gid, way_to(str(folder)))
        return Stat(status.st_size, status.st_mtime_ns, *permissions, *links_of(status))

    def set_mode(self, mode: int) -> None:
        self.folder.to_write().scratch.set_mode(self.parts(), mode)

    def set_times(self, times_ns: tuple[int, int]) -> None:
        self.folder.to_write().scratch.set_times(self.parts(), times_ns)


class ScratchFile(InScratch, File):
    """A file."""

    __slots__ = ()

    def open(self, flags: int) -> OpenFile:
        writes = flags & (os.O_ACCMODE | os.O_TRUNC)
        branch = self.folder.to_write() if writes else self.folder.branch()
        return branch.open_scratch(self.parts(), flags, 0o644, self.folder.opened())


class ScratchLink(InScratch, Link):
    """A symlink. Only the kernel follows it, from its path in the mount."""

    __slots__ = ()

    def target(self) -> str:
        return self.folder.branch().scratch.target(self.parts())

    def stat(self) -> Stat:
        return super().stat()._replace(mode=0o777)
