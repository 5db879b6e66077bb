"""Storm: eight processes save, rename and read two branches for `size` seconds, by two mounts and directly.

What a program reads after an acknowledged save is that save, in the same mount and in any other, under each name of the
file; attributes follow within a second. In the end the mounts are killed amid the storm, and no program hangs.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Lock
from pathlib import Path
from random import Random

from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import create_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from scripts.campaigns.report import Report
from tests.support.builders import mask, picture, sidecar
from tests.support.daemon import Daemon

SIDE = BranchName("side")
_XMP, _NAMES = "image.xmp", ("image.xmp", "a.tif.xmp")
_LATE_SECONDS = 1.5  # a second, and what a busy machine adds
_KILLED_AFTER_SECONDS = 1.0
_HANG_SECONDS = 15.0
_BASE = 1_000_000  # numbers of one process

Result = tuple[Counter[str], list[str]]


def run(seed: int, size: int, folder: Path) -> Report:
    """Let all of them work for `size` seconds, and then until the mounts are killed."""
    report = Report("storm", seed, size)
    root = _repository(folder)
    mounts = [Daemon(root, folder / name) for name in ("one", "two")]
    try:
        _storm(seed, root, mounts, size, report)
        _storm(seed + 1, root, mounts, None, report)
    finally:
        for daemon in mounts:
            daemon.kill()
            daemon.unmount()
    return report


def _repository(folder: Path) -> Path:
    repository = Repository.init(folder / "repository", picture(folder / "a.tif"))
    save_xmp(repository, MAIN, sidecar(0), mask_files={MaskName("sky"): mask(0)})
    create_branch(repository, SIDE)
    return repository.root


def _storm(seed: int, root: Path, mounts: list[Daemon], seconds: int | None, report: Report) -> None:
    """For so many seconds; None: until the mounts are killed, and errors are no violations."""
    queue: Queue[Result] = multiprocessing.Queue()
    until = time.monotonic() + (_HANG_SECONDS if seconds is None else seconds)
    users = [
        multiprocessing.Process(target=_work, args=(user, queue, until, seconds is None))
        for user in _users(seed, root, [daemon.mountpoint for daemon in mounts])
    ]
    for user in users:
        user.start()
    if seconds is None:
        time.sleep(_KILLED_AFTER_SECONDS)
        for daemon in mounts:
            daemon.kill()
    _collect(users, queue, (seconds or 0) + _HANG_SECONDS, report)


def _collect(users: list[multiprocessing.Process], queue: Queue[Result], seconds: float, report: Report) -> None:
    deadline = time.monotonic() + seconds
    for _ in users:
        try:
            counts, violations = queue.get(timeout=max(0.1, deadline - time.monotonic()))
        except Exception:  # queue.Empty
            report.violation("a program hangs")
            return
        report.counts.update(counts)
        report.violations += violations
    for user in users:
        user.join()


def _users(seed: int, root: Path, places: list[Path]) -> list[_User]:
    locks = {branch: multiprocessing.Lock() for branch in (MAIN, SIDE)}
    one, two = places
    kinds: list[tuple[type[_User], BranchName, Path]] = [
        (CloseSaver, MAIN, one), (RenameSaver, MAIN, one), (MaskRenamer, MAIN, one), (CloseSaver, SIDE, two),
        (DirectSaver, SIDE, one), (Reader, MAIN, one), (Reader, SIDE, one), (Reader, SIDE, two),
    ]  # fmt: skip
    return [kind(root, place, branch, locks[branch], seed * 10 + at) for at, (kind, branch, place) in enumerate(kinds)]


def _work(user: _User, queue: Queue[Result], until: float, ends_by_kill: bool) -> None:  # noqa: FBT001
    try:
        while time.monotonic() < until:
            user.act()
    except OSError as error:
        if not ends_by_kill:
            user.violations.append(f"{type(user).__name__}: {error}")
    queue.put((user.counts, user.violations))


class _User:
    """A process that does one thing over and over; `lock` keeps others from saving on its branch."""

    def __init__(self, root: Path, mountpoint: Path, branch: BranchName, lock: Lock, seed: int) -> None:
        self.root, self.branch, self.lock = root, branch, lock
        self.folder = mountpoint / "heads" / branch
        self.numbers: Iterator[int] = count(seed * _BASE)
        self.random = Random(seed)
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []

    def act(self) -> None:
        """Do it once."""
        raise NotImplementedError

    def data(self) -> bytes:
        """A sidecar that was never saved, of a size that varies."""
        return sidecar(next(self.numbers) * 10 ** self.random.randrange(6))

    def check(self, saved: str) -> None:
        """Read back the tip under each name, before anything else is saved."""
        repository = Repository(self.root)
        tip = repository.states.document(repository.tip(self.branch)).canonical()
        for name in self.random.sample(_NAMES, 2):
            if (self.folder / name).read_bytes() != tip:
                self.violations.append(f"after a save by {saved} {name} shows an older one")
            if not _has_soon(self.folder / name, len(tip)):
                self.violations.append(f"after a save by {saved} {name} has the size of an older one")
        self.counts[f"saves by {saved}"] += 1


class CloseSaver(_User):
    """Writes in place."""

    def act(self) -> None:
        with self.lock:
            (self.folder / self.random.choice(_NAMES)).write_bytes(self.data())
            self.check("close")


class RenameSaver(_User):
    """Writes beside it, and renames."""

    def act(self) -> None:
        with self.lock:
            (self.folder / "new").write_bytes(self.data())
            (self.folder / "new").rename(self.folder / self.random.choice(_NAMES))
            self.check("rename")


class DirectSaver(_User):
    """Saves as a command does, and reads by a mount."""

    def act(self) -> None:
        with self.lock:
            save_xmp(Repository(self.root), self.branch, self.data())
            self.check("command")


class MaskRenamer(_User):
    """Gives a mask another name, and back."""

    def act(self) -> None:
        names = ["sky.png", "person.png"]
        with self.lock:
            old = next(name for name in names if (self.folder / "masks" / name).exists())
            new = names[1 - names.index(old)]
            data = (self.folder / "masks" / old).read_bytes()
            (self.folder / "masks" / old).rename(self.folder / "masks" / new)
            if (self.folder / "masks" / old).exists() or (self.folder / "masks" / new).read_bytes() != data:
                self.violations.append("a renamed mask is not where it should be")
        self.counts["renamed masks"] += 1
        time.sleep(0.05)


class Reader(_User):
    """Looks and reads at any time, whatever others do."""

    def act(self) -> None:
        for name in _NAMES:
            (self.folder / name).stat()
            with (self.folder / name).open("rb") as file:
                data = file.read()
                if os.fstat(file.fileno()).st_size != len(data):
                    self.violations.append(f"an open {name} has not the size of its bytes")
            self.counts["reads"] += 1


def _has_soon(path: Path, size_bytes: int) -> bool:
    deadline = time.monotonic() + _LATE_SECONDS
    while path.stat().st_size != size_bytes:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True
