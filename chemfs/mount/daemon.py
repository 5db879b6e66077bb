"""The daemon of a mount, which serves one tree until it is unmounted. Knows the system; knows no state and no rule."""

from __future__ import annotations

import ctypes
import fcntl
import gc
import hashlib
import logging
import logging.handlers
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from chemfs import exit_codes
from chemfs.mount import fusermount, mountpoint
from chemfs.mount.errors import FuseUnavailable, MountFailed, MountpointUnusable, NotMounted
from chemigram_core.durable import creation
from chemigram_core.durable.mount_table import FILESYSTEM_TYPE
from chemigram_core.errors import StoreFailed

if TYPE_CHECKING:
    from chemfs.mount.served import Tree

LIVE = "live"  # the last line that a daemon writes to the process that started it
LOG_BYTES = 1 << 20
LOCK_PATIENCE_SECONDS = 5.0  # a daemon may still be finishing its saves after the unmount
_SWITCH_SECONDS = 0.0005  # so long may a save's XML work delay a look-up; Python's default, 5 ms, doubles the slowest
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # from malloc.h
_MOST_READ_BYTES = 1 << 20  # by one request
_SHARED_STAT_SECONDS = 1.0  # of a mount that other users may use
DEVICE = Path("/dev/fuse")


@dataclass(frozen=True)
class MountOptions:
    """The options of a mount."""

    read_only: bool = False
    allow_other: bool = False

    @property
    def most_stat_seconds(self) -> float:
        """How long the kernel may cache attributes, by which it decides what other users may do."""
        return _SHARED_STAT_SECONDS if self.allow_other else math.inf

    def for_fuse(self) -> str:
        """As mount(8) options: no programs, devices or set-user-ID bits; access for other users only if asked for."""
        names = ["fsname=chemfs", "subtype=chemfs", "nosuid", "nodev", "noexec"]
        names += ["ro"] * self.read_only
        names += ["allow_other", "default_permissions"] * self.allow_other
        return ",".join(names)


def start(command: Sequence[str], place: Path) -> None:
    """Run `command`, which serves a mount at `place`, as a daemon. Returns when the mount is ready.

    If it fails, its output is the message of the MountFailed that is raised, or of StoreFailed, by its exit code.
    """
    daemon = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C in the terminal must not reach the daemon
        cwd="/",  # keep no folder busy
        text=True,
    )
    try:
        lines = daemon.stdout.read().splitlines() if daemon.stdout else []
    except BaseException:
        daemon.terminate()
        raise
    if LIVE not in lines:  # another thread may have written a line after it
        condition = StoreFailed if daemon.wait() == exit_codes.STORE_FAILED else MountFailed
        raise condition(
            "; ".join(line.removeprefix("chemfs: ") for line in lines) or "the daemon exited without a message"
        )
    os.statvfs(place)


def claim(place: Path, root: Path) -> None:
    """Check the mountpoint and lock it for the life of this process. For the daemon, before it serves.

    Raises FuseUnavailable, MountpointUnusable.
    """
    require_fuse()
    mountpoint.prepare(place, root)
    lock = os.open(_lock_file(place), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _take(lock, place)  # never closed: a process that waits for the lock waits for this one to exit
    os.ftruncate(lock, 0)
    os.pwrite(lock, os.fsencode(root), 0)


def root_of(place: Path) -> Path | None:
    """What the mount of this user at `place` shows; None if that is not known."""
    try:
        root = os.fsdecode(_lock_file(place).read_bytes())
    except OSError:
        return None
    return Path(root) if root else None


def serve(tree: Tree, place: Path, options: MountOptions, on_live: Callable[[], None]) -> None:
    """Mount, call `on_live`, and serve until unmounted. For the daemon. Raises FuseUnavailable, MountFailed."""
    from chemfs.mount import session  # loaded only by a daemon

    _set_heap()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.freeze()  # everything loaded so far stays: a full collection would scan it each time, for 10 ms
    creation.withhold(os.umask(0))  # the kernel has already applied each program's umask to the modes it sends
    session.serve(tree, place, options.for_fuse(), on_live, options.most_stat_seconds)


def _set_heap() -> None:
    """Make all threads allocate from one heap, including buffers for reads (glibc's mallopt).

    By default glibc gives each thread its own heap, and long-lived objects keep every heap from shrinking, although
    Python runs one thread at a time. This cost 20 MB in an hour. glibc also maps new memory for each large read, and
    the page faults cost ten times as much as the copy.
    """
    with suppress(AttributeError):  # not glibc
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, 2 * _MOST_READ_BYTES)
        mallopt(_M_TRIM_THRESHOLD, 4 * _MOST_READ_BYTES)


def announce(place: Path) -> None:
    """Report to `start` that the mount is ready; all later output goes to the log file."""
    print(LIVE, flush=True)
    log = _open_log(log_file(place))
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(log, descriptor)
    os.close(log)


def log_to_file(place: Path) -> None:
    """Write log messages to the log file. Called before the tree starts, since that logs at once."""
    handler = _OwnLog(log_file(place), maxBytes=LOG_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


class _OwnLog(logging.handlers.RotatingFileHandler):
    """A log file that only its user can read, although the process has umask 0."""

    def _open(self) -> TextIOWrapper:
        return os.fdopen(_open_log(Path(self.baseFilename)), "a", encoding="utf-8", errors="backslashreplace")


def _open_log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def unmount(place: Path) -> None:
    """Unmount `place`; returns when the daemon has finished its saves and exited.

    Raises NotMounted, or StaysMounted while a program has a file open there or its working directory in it.
    """
    if mountpoint.mounted_type(place) != FILESYSTEM_TYPE:
        raise NotMounted(place)
    fusermount.unmount(place)
    with suppress(FileNotFoundError), _lock_file(place).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def require_fuse() -> None:
    """Raise FuseUnavailable, with advice, unless this user can open the FUSE device."""
    try:
        os.close(os.open(DEVICE, os.O_RDWR))
    except FileNotFoundError as error:
        raise FuseUnavailable(f"no {DEVICE}; load the kernel module (`sudo modprobe fuse`)") from error
    except OSError as error:
        advice = f"let every user open it (`sudo chmod 666 {DEVICE}`), as distributions do"
        raise FuseUnavailable(f"can't open {DEVICE} ({error.strerror}): {advice}") from error


def log_file(place: Path) -> Path:
    """The log file of the daemon of a mount at `place`, in the user's state folder."""
    return _state_folder() / f"{_name_of(place)}.log"


def _lock_file(place: Path) -> Path:
    return _state_folder() / f"{_name_of(place)}.lock"


def _state_folder() -> Path:
    home = Path(os.environ.get("XDG_STATE_HOME", ""))
    folder = (home if home.is_absolute() else Path.home() / ".local" / "state") / "chemfs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _name_of(place: Path) -> str:
    return f"{place.name[:40]}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:12]}"


def _take(descriptor: int, place: Path) -> None:
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise MountpointUnusable(place, "another chemfs is starting or finishing there; try again") from error
        time.sleep(0.02)
