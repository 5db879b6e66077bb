"""A folder of the repository, entered without following symlinks; files in it are replaced whole.

Durable in the strict sense: a file is written under a temporary name, synced, renamed, and the folder is synced (a
rename alone can be lost in a power cut). A failed fsync is never retried, since the kernel has dropped the pages.
Knows nothing about the meaning of the files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import IntEnum
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple, Self

from chemigram_core.durable import beneath
from chemigram_core.durable.beneath import one_name
from chemigram_core.durable.creation import permitted
from chemigram_core.durable.sole_file import sole_file

TEMPORARY_PREFIX = ".tmp-"  # a crash may leave such files behind; no other name starts so

_FILE = beneath.FILE | os.O_NOFOLLOW
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Deferred(IntEnum):
    """What the caller makes durable later, for many files together (`Filesystem`)."""

    NOTHING = 0
    NAMES = 1  # of folders, and what is appended to files; a file that replaces another is synced before it does
    EVERYTHING = 2  # for what nobody can find yet


deferred: ContextVar[Deferred] = ContextVar("deferred", default=Deferred.NOTHING)


class Appended(NamedTuple):
    """An append to a file: its inode number, and its size in bytes before and after."""

    inode: int
    start_bytes: int
    end_bytes: int


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
        one_name(name)
        with self._temporary() as temporary:
            _write_synced(os.open(temporary, _CREATE, permitted(mode), dir_fd=self.descriptor), data)
            os.replace(temporary, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
            self.sync()

    def link_symbolically(self, target: str, name: str) -> None:
        """Replace `name` by a symlink to `target`."""
        one_name(name)
        with self._temporary() as temporary:
            os.symlink(target, temporary, dir_fd=self.descriptor)
            os.replace(temporary, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
            self.sync()

    def append(self, name: str, data: bytes, joint: Callable[[int, int], bytes] = lambda _, __: b"") -> Appended:
        """Append `data` to a regular file durably; creates it if missing. On failure nothing stays appended.

        `joint` gets the file, open to read, and its size, and returns the bytes to write between its end and `data`.
        """
        flags = _FILE | os.O_RDWR | os.O_APPEND
        descriptor, status = sole_file(self.descriptor, one_name(name), flags, permitted(0o644), temporary_name)
        try:
            data = joint(descriptor, status.st_size) + data
            try:
                _write_all(descriptor, data)
                sync_appended(descriptor)
                if status.st_size == 0:
                    self.sync()
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, status.st_size)
                raise
        finally:
            os.close(descriptor)
        return Appended(status.st_ino, status.st_size, status.st_size + len(data))

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
        """Rename what is in the way to the name of a leftover, durably."""
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
        if deferred.get() < Deferred.NAMES:
            os.fsync(self.descriptor)

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

    @contextmanager
    def _temporary(self) -> Iterator[str]:
        name = temporary_name()
        try:
            yield name
        except BaseException:
            with suppress(OSError):
                os.unlink(name, dir_fd=self.descriptor)
            raise


def temporary_name() -> str:
    """An unused name for a file that is being written."""
    return TEMPORARY_PREFIX + token_hex(8)


def sync_appended(descriptor: int) -> None:
    """Make durable what was appended to an open file; not if the caller does it later."""
    if deferred.get() < Deferred.NAMES:
        os.fsync(descriptor)


def sync_content(descriptor: int) -> None:
    """Make the bytes of an open file durable; not if the caller does that later."""
    if deferred.get() < Deferred.EVERYTHING:
        os.fsync(descriptor)


def read_whole(descriptor: int, size_bytes: int | None = None) -> bytes:
    """All bytes of an open regular file: one pread of the right size, unless it is being written or exceeds 2 GiB."""
    size_bytes = os.fstat(descriptor).st_size if size_bytes is None else size_bytes
    data = os.pread(descriptor, size_bytes + 1, 0)
    if len(data) == size_bytes:
        return data
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return file.read()


def _write_synced(descriptor: int, data: bytes | memoryview) -> None:
    try:
        _write_all(descriptor, data)
        sync_content(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes | memoryview) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
