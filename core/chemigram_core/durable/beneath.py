"""Opening what is below a folder without following a symlink, in one system call where the kernel has it.

openat2(2) with RESOLVE_NO_SYMLINKS (Linux 5.6) resolves a whole path, and stays below the folder since no part is `..`.
Older kernels lack it, and some sandboxes forbid it: then each part of the path is opened in turn. Both ways open the
same files and raise the same errors.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path

from chemigram_core.errors import NotAFile

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
HARMLESS = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # whatever is opened: no fifo is waited for, no terminal taken
FILE = os.O_RDONLY | HARMLESS

_NOT_NAMES = frozenset(("", ".", ".."))
_PATH = os.O_PATH | os.O_CLOEXEC
_WORKING_FOLDER = -100  # AT_FDCWD, linux/fcntl.h
_NO_SYMLINKS = 0x04  # RESOLVE_NO_SYMLINKS, linux/openat2.h
_ENOENT, _ENOTDIR = 2, 20
_ENCODING = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()  # os.fsencode, without its checks


class _OpenHow(ctypes.Structure):
    """struct open_how of linux/openat2.h."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


# The constant arguments of syscall(2), created once: in ctypes this takes longer than the call.
_OPENAT2 = ctypes.c_long(437)  # the same on all architectures except alpha and mips, where the probe fails
_HOW_BYTES = ctypes.c_size_t(ctypes.sizeof(_OpenHow))

_syscall = ctypes.CDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long


def open_at(folder: int, parts: Sequence[str], flags: int) -> int:
    """A descriptor on `parts` below the open folder. `flags` are those of open(2); nothing is created.

    Raises FileNotFoundError; NotADirectoryError if a part on the way is not a folder, also for a symlink to one;
    OSError as open(2) does with O_NOFOLLOW. A part that is not a valid name is not found.
    """
    path = _path(parts)
    if len(parts) > 1 and (descriptor := _at_once(folder, path, flags)) is not None:
        return descriptor
    return _walk(folder, parts, flags)


@lru_cache(maxsize=4_096)
def one_name(part: str) -> str:
    """`part`, unless it is empty, `.` or `..`, or has a slash or a NUL: then FileNotFoundError is raised."""
    if part in _NOT_NAMES or "/" in part or "\0" in part:
        raise _not_found(part)
    return part


def open_below(root: Path | str, parts: Sequence[str], flags: int) -> int:
    """The same below the folder `root`, whose own path may have symlinks; one system call if it has none."""
    if not parts:
        return os.open(root, flags)
    if (descriptor := _at_once(_WORKING_FOLDER, f"{root}/{_path(parts)}", flags)) is not None:
        return descriptor
    folder = os.open(root, _PATH | os.O_DIRECTORY)
    try:
        return open_at(folder, parts, flags)
    finally:
        os.close(folder)


def stat_below(root: Path | str, *parts: str) -> os.stat_result:
    """The attributes of `parts` below `root`; of a symlink in the last place those of the link. Raises as `open_at`."""
    descriptor = open_below(root, parts, _PATH)
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def open_file_at(folder: int, parts: Sequence[str]) -> int:
    """A descriptor to read a regular file. Raises NotAFile for anything else (links, fifos, devices, folders)."""
    return _regular(partial(open_at, folder, parts), parts[-1])


def open_file(root: Path | str, *parts: str) -> int:
    """The same below the folder `root`."""
    return _regular(partial(open_below, root, parts), parts[-1])


def open_regular(path: Path) -> int:
    """A descriptor to read a regular file outside of a repository; links to it are followed. Raises NotAFile, OSError.

    What it is is looked at first: a link may lead to a device, and opening one may rewind a tape or reset a board.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotAFile(path.name)
    return _regular(partial(os.open, path), path.name)


@cache
def has_openat2() -> bool:
    """Whether openat2 works; tried once in a process."""
    folder = os.open("/", _PATH | os.O_DIRECTORY)
    try:
        descriptor: int = _syscall(_OPENAT2, folder, b".", _how(_PATH | os.O_DIRECTORY), _HOW_BYTES)
    finally:
        os.close(folder)
    if descriptor < 0:  # ENOSYS from an old kernel, EPERM from a sandbox
        return False
    os.close(descriptor)
    return True


def _path(parts: Sequence[str]) -> str:
    """The parts as a path that can leave the folder only through symlinks. Raises FileNotFoundError."""
    path = "/".join(parts)
    if path.count("/") != len(parts) - 1 or "\0" in path or not _NOT_NAMES.isdisjoint(parts):
        raise _not_found(path)
    return path


def _at_once(folder: int, path: str, flags: int) -> int | None:
    """The descriptor in one call; None for a symlink or a rarer problem: opening each part gives the exact error."""
    if not has_openat2():
        return None
    descriptor: int = _syscall(_OPENAT2, folder, path.encode(*_ENCODING), _how(flags), _HOW_BYTES)
    if descriptor >= 0:
        return descriptor
    if (number := ctypes.get_errno()) in (_ENOENT, _ENOTDIR):
        raise OSError(number, os.strerror(number), path)
    return None


def _not_found(path: str) -> FileNotFoundError:
    return FileNotFoundError(_ENOENT, os.strerror(_ENOENT), path)


@lru_cache(maxsize=16)
def _how(flags: int) -> object:
    return ctypes.byref(_OpenHow(flags | os.O_NOFOLLOW, 0, _NO_SYMLINKS))


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


def _regular(opened: Callable[[int], int], name: str) -> int:
    """The descriptor that `opened` returns for flags of open(2), of a regular file. Raises NotAFile, OSError."""
    try:
        descriptor = opened(FILE)
    except OSError as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError) and not _is_regular(opened(_PATH)):
            raise NotAFile(name) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAFile(name)
    return descriptor


def _is_regular(descriptor: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)
