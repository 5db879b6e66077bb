"""A folder of the repository, opened without following symlinks; files in it are replaced atomically.

Durable in the strict sense: a file is written under a temporary name, synced, renamed, and the folder is synced (a
rename alone can be lost in a power cut).
Knows nothing about the meaning of the files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from chemigram_core.durable import beneath
from chemigram_core.durable.append import Append, Joint, no_joint
from chemigram_core.durable.beneath import one_name
from chemigram_core.durable.creation import permitted
from chemigram_core.durable.replacement import TEMPORARY_PREFIX, Replacement, discard, temporary_name
from chemigram_core.durable.sync import sync_appended, sync_names

_FILE = beneath.FILE | os.O_NOFOLLOW


class Folder:
    """An open folder; use as a context manager. Methods raise the system's OSError.

    No name leads out of the folder: one that is empty, `.` or `..`, or has a slash or a NUL, is not found.
    """

    __slots__ = ("descriptor",)

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def enter(cls, root: Path, *parts: str) -> Self:
        """The folder `parts` below `root`. Raises FileNotFoundError, NotADirectoryError (also for a symlink)."""
        return cls(beneath.open_below(root, parts, beneath.FOLDER))

    @classmethod
    def make(cls, root: Path, *parts: str) -> Self:
        """The same folder, created durably where it is missing."""
        return cls._made(root, parts, sync_found=False)

    @classmethod
    def make_durable(cls, root: Path, *parts: str) -> Self:
        """The same folder, made durable even if another process created it, for promises that must survive a power cut.

        The process that created a folder may have been killed before it synced it, so this costs an fsync for each
        part: use `enter` for a folder that is known to be durable.
        """
        return cls._made(root, parts, sync_found=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def names(self) -> list[str]:
        """All names in the folder, sorted, without leftovers of crashed writers."""
        return sorted([name for name in os.listdir(self.descriptor) if not name.startswith(TEMPORARY_PREFIX)])

    def stat(self, name: str) -> os.stat_result:
        """The stat of `name`; a symlink is not followed."""
        return os.stat(one_name(name), dir_fd=self.descriptor, follow_symlinks=False)

    def open(self, name: str) -> int:
        """A descriptor to read a regular file. Raises NotAFile for anything else (links, fifos, devices, folders)."""
        return beneath.open_file_at(self.descriptor, (name,))

    def read(self, name: str, limit_bytes: int | None = None) -> bytes:
        """The bytes of a regular file, at most `limit_bytes` of them."""
        descriptor = self.open(name)
        try:
            return read_whole(descriptor) if limit_bytes is None else os.pread(descriptor, limit_bytes, 0)
        finally:
            os.close(descriptor)

    def write(self, name: str, data: bytes | memoryview, mode: int = 0o644) -> None:
        """Replace `name` by `data`, completely and durably, or leave everything as it was."""
        with self.replacement(data, mode) as file:
            file.take(name)
            self.sync()

    def replacement(self, data: bytes | memoryview, mode: int = 0o644) -> Replacement:
        """A new file with `data` that can take the place of another; it is not durable yet."""
        return Replacement(self.descriptor, data, mode)

    def link_symbolically(self, target: str, name: str) -> None:
        """Replace `name` by a symlink to `target`."""
        one_name(name)
        temporary = temporary_name()
        try:
            os.symlink(target, temporary, dir_fd=self.descriptor)
            os.replace(temporary, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
            self.sync()
        except BaseException:
            discard(self.descriptor, temporary)
            raise

    def append(self, name: str, data: bytes, joint: Joint = no_joint) -> Append:
        """Append `data` to a regular file, which is created if it is missing. It is durable after its `sync`."""
        return Append(self.descriptor, one_name(name), data, joint)

    def truncate(self, name: str, size_bytes: int) -> None:
        """Truncate a regular file durably."""
        descriptor = os.open(one_name(name), _FILE | os.O_RDWR, dir_fd=self.descriptor)
        try:
            os.ftruncate(descriptor, size_bytes)
            sync_appended(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, old: str, new: str) -> None:
        """Rename within the folder durably, replacing `new` if it exists."""
        os.replace(one_name(old), one_name(new), src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        self.sync()

    def set_aside(self, name: str) -> None:
        """Rename an obstacle to the name of a leftover, durably."""
        self.replace(name, temporary_name())

    def remove(self, name: str) -> None:
        """Remove a file or a link durably."""
        os.unlink(one_name(name), dir_fd=self.descriptor)
        self.sync()

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(one_name(name), dir_fd=self.descriptor)

    def sync(self) -> None:
        """Make the names in the folder durable; not if the caller does it later."""
        sync_names(self.descriptor)

    @classmethod
    def _made(cls, root: Path, parts: tuple[str, ...], *, sync_found: bool) -> Self:
        folder = cls(os.open(root, beneath.FOLDER))
        for part in parts:
            with folder:
                if folder._make_one(part) or sync_found:
                    folder.sync()
                folder = cls(beneath.open_at(folder.descriptor, (part,), beneath.FOLDER))
        return folder

    def _make_one(self, name: str) -> bool:
        """Whether the folder was missing."""
        try:
            os.mkdir(one_name(name), permitted(0o777), dir_fd=self.descriptor)
        except FileExistsError:
            return False
        return True


def read_whole(descriptor: int, size_bytes: int | None = None) -> bytes:
    """All bytes of an open regular file: one pread of the right size, unless it is being written or exceeds 2 GiB."""
    size_bytes = os.fstat(descriptor).st_size if size_bytes is None else size_bytes
    data = os.pread(descriptor, size_bytes + 1, 0)
    if len(data) == size_bytes:
        return data
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return file.read()
