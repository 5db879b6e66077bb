"""Kill: the daemon dies by kill -9 at `size` random moments while saves, masks, branches, tags and gc are under
way, in heads/ and in roll/.

After each the repository is checked as it was left, without repair, and mounted again.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from threading import Thread

from chemfs.tree.heads.draft_files import DraftFiles
from chemigram_core.repository import Repository
from chemigram_core.shoot.file_names import sidecar_name
from scripts.campaigns.acknowledged import Acknowledged, branch, tag
from scripts.campaigns.report import Report
from tests.support.builders import mask, sidecar
from tests.support.daemon import Daemon

_KILLS_OF_ONE_REPOSITORY = 10
_LONGEST_LIFE_SECONDS = 0.25
_BETWEEN_DUPLICATES_SECONDS = 0.05
_IMAGE = "a.NEF"
_REMOUNT_SECONDS = 2.0
_DEAD = (errno.ENOTCONN, errno.ECONNABORTED)
_CUT_OFF = errno.EIO  # for a request that the kernel was just copying when the daemon was killed


def run(seed: int, size: int, folder: Path) -> Report:
    """Kill a daemon `size` times."""
    report = Report("kill", seed, size)
    random = Random(seed)
    starts: list[float] = []
    for first in range(0, size, _KILLS_OF_ONE_REPOSITORY):
        place = folder / str(first)
        place.mkdir()
        life = _Life(place, random, report)
        for _ in range(min(_KILLS_OF_ONE_REPOSITORY, size - first)):
            life.live_and_die()
            starts.append(life.daemon.start_seconds)
        life.end()
    report.figures["remount"] = f"{median(starts):.2f} s in the middle, {max(starts):.2f} s at most"
    report.too_slow += [f"a mount took {seconds:.2f} s" for seconds in starts if seconds > _REMOUNT_SECONDS]
    return report


class _Life:
    """One repository and its daemons."""

    def __init__(self, folder: Path, random: Random, report: Report) -> None:
        self._random = random
        self._report = report
        (folder / _IMAGE).write_bytes(b"image")
        self._root = Repository.init(folder / "repository", folder / _IMAGE).root
        self._acknowledged = Acknowledged(self._root)
        self._numbers, self._duplicates = count(1), count(1)
        self.daemon = Daemon(self._root, folder / "mnt")
        self._is_killed = False

    def live_and_die(self) -> None:
        """Use the mount until the daemon is killed; then check what is left, and mount again."""
        if not (self.daemon.mountpoint / "heads" / "main" / "image.xmp").exists():
            self._save()
        before = self._acknowledged.saves
        users = [Thread(target=self._use, args=(Random(self._random.random()), actions)) for actions in self._users()]
        for user in users:
            user.start()
        gc = self._collect() if self._random.random() < 0.2 else None
        time.sleep(self._random.uniform(0, _LONGEST_LIFE_SECONDS * (2 if gc else 1)))
        self._is_killed = True
        self.daemon.kill()
        if gc is not None:
            self._end_of(gc)
        for user in users:
            user.join()
        self._report.counts["kills"] += 1
        self._report.counts["acknowledged saves"] += self._acknowledged.saves - before
        self._check()
        self._check_log()
        self._is_killed = False
        self.daemon.start()
        self._check_drafts()

    def end(self) -> None:
        """Unmount."""
        self.daemon.unmount()

    def _users(self) -> list[list[Callable[[Random], None]]]:
        in_roll = [self._save_in_roll, self._duplicate]
        return [[self._save_one], [self._save_mask], in_roll, [self._branch, self._tag, self._delete, self._rename]]

    def _use(self, random: Random, actions: list[Callable[[Random], None]]) -> None:
        while True:
            try:
                random.choice(actions)(random)
            except OSError as error:
                if error.errno in _DEAD or (error.errno == _CUT_OFF and self._is_killed):
                    return
                if error.errno not in (errno.ENOENT, errno.EEXIST):
                    self._report.violation(f"a user got {error}")
                    return

    def _save_one(self, _: Random) -> None:
        self._save()

    def _save(self, path: str = "heads/main/image.xmp") -> None:
        data = sidecar(next(self._numbers), entries=3)
        self._path(path).write_bytes(data)
        self._acknowledged.saved(data)

    def _save_in_roll(self, _: Random) -> None:
        self._save(f"roll/{_IMAGE}.xmp")

    def _duplicate(self, random: Random) -> None:
        number = next(self._duplicates)
        data = sidecar(entries=0, rating=number % 6)
        self._path(f"roll/{sidecar_name(_IMAGE, number)}").write_bytes(data)
        self._acknowledged.duplicated(number, data)
        time.sleep(random.uniform(0, _BETWEEN_DUPLICATES_SECONDS))

    def _save_mask(self, random: Random) -> None:
        data = mask(random.randrange(256), size=(random.randrange(20, 200), random.randrange(20, 200)))
        self._path(f"heads/main/masks/m{random.randrange(3)}.png").write_bytes(data)
        self._acknowledged.saved_mask(data)

    def _branch(self, random: Random) -> None:
        name = f"try/{random.randrange(1000)}"
        self._acknowledged.under_way(branch(name))
        self._path(f"heads/{name}").mkdir()
        self._acknowledged.made(branch(name))

    def _tag(self, random: Random) -> None:
        name = f"v{random.randrange(1000)}"
        self._acknowledged.under_way(tag(name))
        self._path(f"tags/{name}").mkdir()
        self._acknowledged.made(tag(name))

    def _delete(self, random: Random) -> None:
        name = random.choice(os.listdir(self._path("heads/try")))
        self._acknowledged.under_way(branch(f"try/{name}"))
        self._path(f"heads/try/{name}").rmdir()
        self._acknowledged.removed(branch(f"try/{name}"))

    def _rename(self, random: Random) -> None:
        old, new = random.choice(os.listdir(self._path("heads/try"))), f"moved-{random.randrange(10**9)}"
        self._acknowledged.under_way(branch(f"try/{old}"), branch(f"try/{new}"))
        self._path(f"heads/try/{old}").rename(self._path(f"heads/try/{new}"))
        self._acknowledged.removed(branch(f"try/{old}"))
        self._acknowledged.made(branch(f"try/{new}"))

    def _path(self, path: str) -> Path:
        return self.daemon.mountpoint / path

    def _collect(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "chemfs", "gc", str(self._root), "--keep-days", "0"]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def _end_of(self, gc: subprocess.Popen[bytes]) -> None:
        if self._random.random() < 0.5:
            gc.kill()
        code = gc.wait()
        self._report.counts["gc runs"] += 1
        self._report.counts["gc killed"] += code < 0
        if code > 0:
            self._report.violation(f"gc ended with {code}")

    def _check(self) -> None:
        for violation in self._acknowledged.violations():
            self._report.violation(f"{self._root.parent.name}: {violation}")

    def _check_log(self) -> None:
        """An error that the daemon did not expect, whatever users got for it."""
        if "Traceback" in self.daemon.log_path.read_text(errors="replace"):
            self._report.violation(f"the daemon's log has a traceback: {self.daemon.log_path}")

    def _check_drafts(self) -> None:
        deadline = time.monotonic() + _REMOUNT_SECONDS
        while left := self._left():
            if time.monotonic() > deadline:
                self._report.violation(f"drafts of a dead mount are still there: {left}")
                return
            time.sleep(0.02)

    def _left(self) -> list[Path]:
        with suppress(FileNotFoundError):
            return list(DraftFiles(self._root).orphaned())
        return []
