"""Opening what is below a folder without following a symlink, in one system call where the kernel has it.

openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS (Linux 5.6) resolves a whole path. Older kernels lack it, and
some sandboxes forbid it: then each part of the path is opened in turn. Both ways open the same files and raise the same
errors.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from chemigram_core.errors import NotAFile

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC

_NOT_NAMES = frozenset(("", ".", ".."))
_PATH = os.O_PATH | os.O_CLOEXEC
_RESOLVE = 0x04 | 0x08  # RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH, linux/openat2.h
_ENOENT = 2


class _OpenHow(ctypes.Structure):
    """struct open_how of linux/openat2.h."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


# The constant arguments of syscall(2), created once: ctypes takes longer to create them than to call.
_OPENAT2 = ctypes.c_long(437)  # the same on all architectures except alpha and mips, where the probe fails
_HOW_BYTES = ctypes.c_size_t(ctypes.sizeof(_OpenHow))

_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


def open_at(folder: int, parts: Sequence[str], flags: int) -> int:
    """A descriptor on `parts` below the open folder. `flags` are those of open(2); nothing is created.

    Raises FileNotFoundError; NotADirectoryError if a part on the way is not a folder, also for a symlink to one;
    OSError as open(2) does with O_NOFOLLOW. A part that is no name in a folder is not found.
    """
    path = "/".join(parts)
    if path.count("/") != len(parts) - 1 or "\0" in path or not _NOT_NAMES.isdisjoint(parts):
        raise _not_found(path)
    if len(parts) > 1 and has_openat2():
        try:
            return _openat2(folder, path, flags)
        except (FileNotFoundError, NotADirectoryError):
            raise
        except OSError:
            pass  # a symlink, or something rarer: opening each part gives the exact error
    return _walk(folder, parts, flags)


@lru_cache(maxsize=4_096)
def one_name(part: str) -> str:
    """`part`, unless it is empty, `.` or `..`, or has a slash or a NUL: then FileNotFoundError is raised."""
    if part in _NOT_NAMES or "/" in part or "\0" in part:
        raise _not_found(part)
    return part


def open_below(root: Path, parts: Sequence[str], flags: int) -> int:
    """The same below the folder `root`, whose own path may have symlinks."""
    if not parts:
        return os.open(root, flags)
    folder = os.open(root, _PATH | os.O_DIRECTORY)
    try:
        return open_at(folder, parts, flags)
    finally:
        os.close(folder)


def stat_below(root: Path, *parts: str) -> os.stat_result:
    """The attributes of `parts` below `root`; of a symlink in the last place those of the link. Raises as `open_at`."""
    descriptor = open_below(root, parts, _PATH)
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def open_file_at(folder: int, parts: Sequence[str]) -> int:
    """A descriptor to read a regular file. Raises NotAFile for anything else (links, fifos, devices, folders)."""
    try:
        descriptor = open_at(folder, parts, FILE)
    except OSError as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError) and not _is_regular(folder, parts):
            raise NotAFile(parts[-1]) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFile(parts[-1])
    return descriptor


def open_file(root: Path, *parts: str) -> int:
    """The same below the folder `root`."""
    return open_first_file(root, [parts])


def open_first_file(root: Path, paths: Sequence[Sequence[str]]) -> int:
    """The same for the first of several paths that exists. If none does, raises the error of the last one."""
    folder = os.open(root, _PATH | os.O_DIRECTORY)
    try:
        for parts in paths[:-1]:
            try:
                return open_file_at(folder, parts)
            except (FileNotFoundError, NotADirectoryError):
                continue
        return open_file_at(folder, paths[-1])
    finally:
        os.close(folder)


@cache
def has_openat2() -> bool:
    """Whether openat2 works; tried once in a process."""
    folder = os.open("/", _PATH | os.O_DIRECTORY)
    try:
        os.close(_openat2(folder, ".", _PATH | os.O_DIRECTORY))
    except OSError:  # ENOSYS from an old kernel, EPERM from a sandbox
        return False
    finally:
        os.close(folder)
    return True


def _not_found(path: str) -> FileNotFoundError:
    return FileNotFoundError(_ENOENT, os.strerror(_ENOENT), path)


def _openat2(folder: int, path: str, flags: int) -> int:
    descriptor: int = _syscall(_OPENAT2, folder, os.fsencode(path), _how(flags | os.O_NOFOLLOW), _HOW_BYTES)
    if descriptor < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
    return descriptor


@lru_cache(maxsize=16)
def _how(flags: int) -> object:
    return ctypes.byref(_OpenHow(flags, 0, _RESOLVE))


def _walk(folder: int, parts: Sequence[str], flags: int) -> int:
    *folders, name = parts
    above: int | None = None
    try:
        for part in folders:
            below = os.open(part, _PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            if above is not None:
                os.close(above)
            folder = above = below
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=folder)
    finally:
        if above is not None:
            os.close(above)


def _is_regular(folder: int, parts: Sequence[str]) -> bool:
    descriptor = open_at(folder, parts, _PATH)
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)
