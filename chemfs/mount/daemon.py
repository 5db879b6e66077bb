"""A mount's life: a daemon that serves one tree until it is unmounted. Knows the system, no state and no rule."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import logging
import logging.handlers
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
from chemfs.mount.errors import FILESYSTEM_TYPE, FuseUnavailable, MountFailed, MountpointUnusable, NotMounted
from chemigram_core.durable import creation
from chemigram_core.errors import StoreFailed

if TYPE_CHECKING:
    from chemfs.mount.served import Tree

LIVE = "live"  # the last line that a daemon writes to whoever started it
LOG_BYTES = 1 << 20
LOCK_PATIENCE_SECONDS = 5.0  # an unmounted daemon may still be finishing its saves
_SWITCH_SECONDS = 0.0005  # how long a save's XML work may keep a look waiting; Python's own 5 ms doubles the slowest
_M_ARENA_MAX = -8  # from malloc.h
DEVICE = Path("/dev/fuse")


@dataclass(frozen=True)
class MountOptions:
    """What a user may choose about a mount."""

    read_only: bool = False
    allow_other: bool = False

    def for_fuse(self) -> str:
        """As mount(8) takes them: nothing there runs, is a device or gains rights; others only see it when asked."""
        names = ["fsname=chemfs", "subtype=chemfs", "nosuid", "nodev", "noexec"]
        names += ["ro"] * self.read_only
        names += ["allow_other", "default_permissions"] * self.allow_other
        return ",".join(names)


def start(command: Sequence[str], place: Path) -> None:
    """Run `command`, which serves a mount at `place`, as a daemon. Returns when the mount answers.

    The daemon's output up to then is the reason if it fails: MountFailed, or StoreFailed when it says so.
    """
    daemon = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a Ctrl-C in the terminal is not for the daemon
        cwd="/",  # ... and it keeps no folder busy
        text=True,
    )
    try:
        lines = daemon.stdout.read().splitlines() if daemon.stdout else []
    except BaseException:
        daemon.terminate()
        raise
    if lines[-1:] != [LIVE]:
        condition = StoreFailed if daemon.wait() == exit_codes.STORE_FAILED else MountFailed
        raise condition("; ".join(line.removeprefix("chemfs: ") for line in lines) or "the daemon died without a word")
    os.statvfs(place)


def claim(place: Path, root: Path) -> None:
    """For the daemon, before it serves: the mountpoint is usable, and this process's alone until it has ended.

    Raises FuseUnavailable, MountpointUnusable.
    """
    require_fuse()
    mountpoint.prepare(place, root)
    lock = os.open(_lock_file(place), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _take(lock, place)  # never closed: whoever waits for it waits for the process to be gone


def serve(tree: Tree, place: Path, options: MountOptions, on_live: Callable[[], None]) -> None:
    """For the daemon: mount, call `on_live`, and serve until unmounted. Raises FuseUnavailable, MountFailed."""
    from chemfs.mount import session  # only a daemon needs it

    _share_one_heap()
    sys.setswitchinterval(_SWITCH_SECONDS)
    creation.withhold(os.umask(0))  # the kernel has taken the caller's own umask off the modes that it sends
    session.serve(tree, place, options.for_fuse(), on_live)


def _share_one_heap() -> None:
    """Let all threads take memory from one heap (mallopt of glibc).

    It gives each thread a heap of its own. Threads start and end, Python runs in one at a time, and what is remembered
    for long keeps every heap from shrinking: in an hour that came to 20 MB.
    """
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def announce(place: Path) -> None:
    """For a daemon that `start` started: say that the mount is live, and speak to the log file from now on."""
    print(LIVE, flush=True)
    path = log_file(place)
    log = _open_log(path)
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(log, descriptor)
    os.close(log)
    handler = _OwnLog(path, maxBytes=LOG_BYTES, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


class _OwnLog(logging.handlers.RotatingFileHandler):
    """A log that is its user's alone, also in a process without a umask."""

    def _open(self) -> TextIOWrapper:
        return os.fdopen(_open_log(Path(self.baseFilename)), "a", encoding="utf-8", errors="backslashreplace")


def _open_log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def unmount(place: Path) -> None:
    """Take the mount at `place` away; returns when its daemon has finished its saves and is gone.

    Raises NotMounted, or StaysMounted while a program has a file open there or stands in it.
    """
    if mountpoint.mounted_type(place) != FILESYSTEM_TYPE:
        raise NotMounted(place)
    fusermount.unmount(place)
    with suppress(FileNotFoundError), _lock_file(place).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def require_fuse() -> None:
    """Raise FuseUnavailable with what to do, unless this user can open the FUSE device."""
    try:
        os.close(os.open(DEVICE, os.O_RDWR))
    except FileNotFoundError as error:
        raise FuseUnavailable(f"there is no {DEVICE}: load the kernel's module (`sudo modprobe fuse`)") from error
    except OSError as error:
        advice = f"let every user open it (`sudo chmod 666 {DEVICE}`), as distributions do"
        raise FuseUnavailable(f"can't open {DEVICE} ({error.strerror}): {advice}") from error


def log_file(place: Path) -> Path:
    """Where the daemon of a mount at `place` writes what happened: in the user's state folder."""
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
                raise MountpointUnusable(place, "another chemfs still starts or finishes there; try again") from error
        time.sleep(0.02)
