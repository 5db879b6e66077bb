"""The lock of one repository: an flock on its file `lock`, which ends when its holder crashes.

Writers of every process (a mount, another mount, the command line) take it for the short time in which a ref moves.
Readers never open it, and can't: only those who may write to the repository's folder may open the file, so that nobody
who may merely read holds up a save. Not reentrant.

The name `lock` may be given to another file at any moment. A process that opened the file before that, and gets its
lock after it, holds a lock that nobody else asks for. So it compares the file with the name while it holds the lock,
and starts again if they differ. Nothing here replaces the file: it is linked to its name once, whole.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

from chemigram_core.durable.beneath import FOLDER, HARMLESS
from chemigram_core.durable.ownership import require_own
from chemigram_core.durable.replacement import discard, temporary_name
from chemigram_core.errors import NotAFile
from chemigram_core.progress import waiting

FILE_NAME = "lock"
PATIENCE_SECONDS = 1.0  # most changes take a few milliseconds

_OPEN = os.O_WRONLY | os.O_NOFOLLOW | HARMLESS
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock of the repository at `root`; waits for other holders, including threads of this process.

    Raises ForeignRepository; NotAFile if something else than a regular file has the name of the lock, OSError.
    """
    require_own(root)
    descriptor = _acquired(root)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def claimed(root: Path, name: str) -> Iterator[None]:
    """Hold another lock of a folder, that of its file `name`.

    Raises BlockingIOError if another process holds it, NotAFile, OSError.
    """
    descriptor = _acquired(root, name, waits=False)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked_if_writable(root: Path) -> Iterator[bool]:
    """Hold the lock if this process may write to the repository; yields whether it is held. Raises OSError.

    It is not held either if its name is not a regular file.
    """
    try:
        descriptor = _acquired(root) if os.access(root, os.W_OK) else None
    except (PermissionError, NotAFile):
        descriptor = None
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_unusable(root: Path, name: str = FILE_NAME) -> bool:
    """Whether the name of the lock is something other than a regular file."""
    try:
        return not stat.S_ISREG((root / name).lstat().st_mode)
    except FileNotFoundError:
        return False


def create(root: Path, name: str = FILE_NAME) -> None:
    """Create the file of the lock, unless its name is taken.

    Those who may write to the repository's folder may read and write the file, and nobody else.
    """
    folder = os.open(root, FOLDER)
    try:
        _create_in(folder, name)
    finally:
        os.close(folder)


def _acquired(root: Path, name: str = FILE_NAME, *, waits: bool = True) -> int:
    """A descriptor that holds a lock. Raises BlockingIOError if it doesn't wait and another process holds it."""
    path = f"{root}/{name}"
    while True:
        try:
            descriptor = os.open(path, _OPEN)
        except OSError as error:
            _make(root, name, error)
            continue
        try:
            if _is_taken(root, descriptor, path, waits=waits):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _make(root: Path, name: str, error: OSError) -> None:
    """Create the file that could not be opened if it is missing. Raises NotAFile, OSError."""
    if isinstance(error, FileNotFoundError):
        create(root, name)
    elif is_unusable(root, name):  # a link (ELOOP), a folder (EISDIR), a fifo (ENXIO), or something rarer
        raise NotAFile(name) from error
    else:
        raise error


def _is_taken(root: Path, descriptor: int, path: str, *, waits: bool) -> bool:
    """Take the lock of an open file; returns whether the file still has its name. Raises as `_acquired`."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):  # a fifo with a reader, for example: wait only for a regular file
        raise NotAFile(Path(path).name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if not waits:
            raise
        with _reported(root):
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # a signal handler that raises, as that of Ctrl-C does, ends it
    try:
        named = os.lstat(path)
    except FileNotFoundError:
        return False
    return (named.st_dev, named.st_ino) == (status.st_dev, status.st_ino)


@contextmanager
def _reported(root: Path) -> Iterator[None]:
    timer = Timer(PATIENCE_SECONDS, waiting, [root])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _create_in(folder: int, name: str) -> None:
    temporary = temporary_name()
    descriptor = os.open(temporary, _CREATE, 0, dir_fd=folder)
    try:
        _share(descriptor, os.fstat(folder))
        with suppress(FileExistsError):
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(descriptor)
        discard(folder, temporary)


def _share(descriptor: int, folder: os.stat_result) -> None:
    """Give the file the folder's owner and group, as far as the system lets us, and then its permissions."""
    with suppress(PermissionError):
        os.fchown(descriptor, -1, folder.st_gid)
    with suppress(PermissionError):
        os.fchown(descriptor, folder.st_uid, -1)
    writers = folder.st_mode & (0o222 if os.fstat(descriptor).st_gid == folder.st_gid else 0o202)
    os.fchmod(descriptor, writers | writers << 1)
