"""scratch/: other programs' files in a branch folder, real files of the repository. Never versioned or validated.

Folders are entered part by part, so a symlink that a program put there is not followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from chemfs.tree.errors import NotFound
from chemfs.tree.heads.doubt import Doubts, file_id
from chemfs.tree.heads.tracked import Parts
from chemfs.tree.nodes import Entry, NodeKind
from chemigram_core.durable.beneath import HARMLESS
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import NotAFile
from chemigram_core.names import BranchName
from chemigram_core.scratch import parts_of

_MEANT = os.O_ACCMODE | os.O_CREAT | os.O_EXCL | os.O_TRUNC | os.O_APPEND
_SAFELY = os.O_NOFOLLOW | HARMLESS


class Scratch:
    """Scratch files of one branch or of a roll, named by their parts below its folder. Methods raise OSError."""

    def __init__(self, root: Path, base: Parts) -> None:
        """They are in the folder `base` below `root`, which is created with the first one."""
        self._root = root
        # Held while the branch is deleted or renamed, and until a folder is entered: a file that is created meanwhile
        # must not create the old folder again.
        self.lock = Lock()
        self.doubts: Doubts = {}  # by file, since one may have several names; each operation is one of a dict
        self._base = base

    def stat(self, parts: Parts) -> os.stat_result:
        """The stat of a name; a link is not followed. Raises NotFound."""
        try:
            with self._parent(parts) as folder:
                return folder.stat(parts[-1])
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound("/".join(parts)) from error

    def target(self, parts: Parts) -> str:
        """Where a link leads."""
        with self._parent(parts) as folder:
            return os.readlink(parts[-1], dir_fd=folder.descriptor)

    def path(self, parts: Parts) -> Path:
        """The path of a file in the repository."""
        return self._root.joinpath(*self._base, *parts)

    def entries(self, parts: Parts) -> Iterable[Entry]:
        """The names in a folder; empty if it is missing."""
        try:
            with Folder.enter(self._root, *self._base, *parts) as folder, os.scandir(folder.descriptor) as found:
                return [Entry(entry.name, _kind(entry)) for entry in found]
        except (FileNotFoundError, NotADirectoryError):  # a link is not followed
            return []

    def open(self, parts: Parts, flags: int, mode: int = 0o644) -> int:
        """Open a file, creating it if the flags say so; returns its descriptor.

        One to write can be read, too, if the file's mode allows it: it may be renamed onto a file of the state.
        """
        flags &= _MEANT
        try:
            descriptor = self._open(parts, flags & ~os.O_ACCMODE | os.O_RDWR if flags & os.O_WRONLY else flags, mode)
        except PermissionError:
            descriptor = self._open(parts, flags, mode)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise NotAFile(parts[-1])
        if not status.st_size:  # truncated, or new: it may have the inode of a file that is gone
            self.doubts.pop(file_id(status), None)
        return descriptor

    def check_whole(self, parts: Parts) -> None:
        """Raises the error of a write that failed and left uncertain what the file has."""
        status = self.stat(parts)
        if (doubt := self.doubts.get(file_id(status))) and doubt.after_close(status.st_size):
            raise doubt.error.with_traceback(None)

    def write(self, parts: Parts, data: bytes, mode: int = 0o600) -> None:
        """Write a whole file."""
        with self._parent(parts, create=True) as folder:
            folder.write(parts[-1], data, mode)
            self.doubts.pop(file_id(folder.stat(parts[-1])), None)

    def make_folder(self, parts: Parts, mode: int) -> None:
        """Make a folder."""
        with self._parent(parts, create=True) as folder:
            os.mkdir(parts[-1], mode, dir_fd=folder.descriptor)

    def remove(self, parts: Parts) -> None:
        """Remove a file or a link."""
        with self._parent(parts) as folder:
            os.unlink(parts[-1], dir_fd=folder.descriptor)

    def remove_folder(self, parts: Parts) -> None:
        """Remove an empty folder."""
        with self._parent(parts) as folder:
            folder.remove_folder(parts[-1])

    def rename(self, old: Parts, new: Parts) -> None:
        """Rename within the branch."""
        with self._parent(old) as source, self._parent(new, create=True) as target:
            os.replace(old[-1], new[-1], src_dir_fd=source.descriptor, dst_dir_fd=target.descriptor)

    def move_to(self, parts: Parts, target: Folder, name: str) -> None:
        """Rename a file out of the branch's scratch."""
        with self._parent(parts) as folder:
            os.replace(parts[-1], name, src_dir_fd=folder.descriptor, dst_dir_fd=target.descriptor)

    def link(self, old: Parts, new: Parts) -> None:
        """Give a file a second name."""
        with self._parent(old) as source, self._parent(new, create=True) as target:
            os.link(old[-1], new[-1], src_dir_fd=source.descriptor, dst_dir_fd=target.descriptor, follow_symlinks=False)

    def symlink(self, target: str, parts: Parts) -> None:
        """Make a symlink; only the kernel follows it, from its path in the mount."""
        with self._parent(parts, create=True) as folder:
            os.symlink(target, parts[-1], dir_fd=folder.descriptor)

    def set_mode(self, parts: Parts, mode: int) -> None:
        """Change permission bits, also of unreadable files."""
        descriptor = self._open(parts, os.O_PATH)
        try:
            Path(f"/proc/self/fd/{descriptor}").chmod(mode)  # fchmod rejects an O_PATH descriptor
        finally:
            os.close(descriptor)

    def set_times(self, parts: Parts, times_ns: tuple[int, int]) -> None:
        """Change access and modification time, ns since 1970."""
        with self._parent(parts) as folder:
            os.utime(parts[-1], ns=times_ns, dir_fd=folder.descriptor, follow_symlinks=False)

    @contextmanager
    def moved(self, branch: BranchName) -> Iterator[None]:
        """Rename the branch in the context, and its scratch folder with it."""
        with self.lock:
            yield
            self._base = parts_of(branch)

    def _open(self, parts: Parts, flags: int, mode: int = 0) -> int:
        with self._parent(parts, create=bool(flags & os.O_CREAT)) as folder:
            return os.open(parts[-1], flags | _SAFELY, mode, dir_fd=folder.descriptor)

    def _parent(self, parts: Parts, *, create: bool = False) -> Folder:
        enter = Folder.make if create else Folder.enter
        with self.lock:
            return enter(self._root, *self._base, *parts[:-1])


def _kind(entry: os.DirEntry[str]) -> NodeKind:
    if entry.is_symlink():
        return NodeKind.LINK
    return NodeKind.FOLDER if entry.is_dir(follow_symlinks=False) else NodeKind.FILE
