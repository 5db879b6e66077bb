"""Watch: a watch is killed at `size` random moments while a program edits beside it, as darktable and others write.

Now and then the library is renamed away, or an import runs as well. After each kill nothing is damaged. A watch that is
started then has the latest edit of each sidecar, and no edit twice. The control: without one, edits are missing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Event, Thread

from chemigram_core import fsck, sidecar
from chemigram_core.fsck import Problem
from chemigram_core.repository import Repository
from scripts.campaigns.report import Report
from tests.support.builders import sidecar as xmp
from tests.support.shoots import image
from tests.support.watch import Watch, lines_until, start

_IMAGES = 4
_NO_HARM = frozenset((Problem.LEFTOVER, Problem.REF_MISSING, Problem.UNLOGGED))
_LONGEST_LIFE_SECONDS = 3.0
_SHORT_START = 0.3  # the share of watches that are killed during the first scan


def run(seed: int, size: int, folder: Path) -> Report:
    """Kill a watch `size` times."""
    report, random = Report("watch", seed, size), Random(seed)
    shoot = _Shoot(folder / "wedding", folder / "library", random, report)
    shoot.write_all()
    for _ in range(size):
        shoot.live_and_die()
        for violation in shoot.damage():
            report.violation(violation)
        if random.random() < 0.5:
            shoot.catch_up()
    if not shoot.behind():
        shoot.write_all()
    if not shoot.behind():
        report.violation("the checker finds nothing missing where no watch was")
    shoot.catch_up()
    return report


class _Shoot:
    """A shoot in which a program edits, and what it wrote into each sidecar."""

    def __init__(self, place: Path, library: Path, random: Random, report: Report) -> None:
        self._place, self._library, self._random, self._report = place, library, random, report
        self._written: dict[str, list[str]] = {}
        self._number = 0
        for number in range(_IMAGES):
            image(place, f"{number}.NEF")

    def write_all(self) -> None:
        """Edit each sidecar once."""
        for name in [f"{number}{suffix}.NEF.xmp" for number in range(_IMAGES) for suffix in ("", "_01")]:
            self._edit(name, self._in_place)

    def live_and_die(self) -> None:
        """Edit beside a watch until it is killed."""
        stop = Event()
        writer = Thread(target=self._write, args=(Random(self._random.random()), stop))
        watch = start(self._place, self._library)
        writer.start()
        try:
            if self._random.random() > _SHORT_START:
                lines_until("watching", watch.stdout)
            time.sleep(self._random.uniform(0, _LONGEST_LIFE_SECONDS))
            if self._random.random() < 0.3:
                self._disturb()
        finally:
            watch.kill()
            output, _ = watch.communicate()
            stop.set()
            writer.join()
        self._report.counts["kills"] += 1
        if "Traceback" in output or "internal error" in output:
            self._report.violation(f"the watch failed: {output[-500:]}")

    def catch_up(self) -> None:
        """Start a watch and see that it has everything, once."""
        watch = Watch(self._place, self._library)
        try:
            self._edit("0.NEF.xmp", self._renamed)
            watch.catch_up()
        finally:
            watch.kill()
        for name in self.behind():
            self._report.violation(f"{name} was not captured")
        for violation in (*self._repeated(), *self.damage()):
            self._report.violation(violation)
        self._report.counts["states"] = sum(len(self._captured(name)) for name in self._written)

    def behind(self) -> list[str]:
        """The sidecars whose latest edit is on no branch."""
        return [name for name, edits in self._written.items() if self._captured(name)[-1:] != edits[-1:]]

    def damage(self) -> Iterator[str]:
        """What is wrong with the repositories."""
        for number in range(_IMAGES):
            root = self._repository(number)
            for finding in fsck.check(root) if root.exists() else ():
                if finding.problem not in _NO_HARM:
                    yield f"{root.name}: {finding.problem.value} {finding.path}: {finding.says}"

    def _repeated(self) -> Iterator[str]:
        """Each sidecar's states are some of its edits, in their order, and each of them once."""
        for name, edits in self._written.items():
            captured, rest = self._captured(name), iter(edits)
            if not all(state in rest for state in captured):
                yield f"{name} was captured twice or out of order: {captured}, written {edits}"

    def _captured(self, name: str) -> list[str]:
        """The edits of a sidecar in the log, whose branch moved there."""
        root = self._repository(int(name[0]))
        if not root.exists():
            return []
        repository = Repository(root)
        branch = "version-01" if "_01" in name else "main"
        moments = repository.history.moments(f"refs/heads/{branch}")
        return [repository.states.edit(moment.digest) for moment in moments]

    def _repository(self, number: int) -> Path:
        return self._library / self._place.name / f"{number}.NEF"

    def _write(self, random: Random, stop: Event) -> None:
        while not stop.is_set():
            name = random.choice(list(self._written))
            for _ in range(random.choice((1, 1, 3, 8))):  # a slider makes many
                self._edit(name, random.choice((self._in_place, self._in_steps, self._renamed)))
            time.sleep(random.choice((0.02, 0.3, 1.5)))

    def _edit(self, name: str, write: Callable[[Path, bytes], None]) -> None:
        self._number += 1
        data = xmp(self._number)
        write(self._place / name, data)
        self._written.setdefault(name, []).append(sidecar.parse(data).edit_digest)
        self._report.counts["edits"] += 1

    def _in_place(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)

    def _in_steps(self, path: Path, data: bytes) -> None:
        with path.open("wb", buffering=0) as file:
            for start_of_step in range(0, len(data), 500):
                file.write(data[start_of_step : start_of_step + 500])
                time.sleep(0.005)

    def _renamed(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(data)
        temporary.replace(path)

    def _disturb(self) -> None:
        """Rename the library away and back, or import beside the watch."""
        if self._random.random() < 0.5:
            away = self._library.with_name("away")
            with suppress(FileNotFoundError):
                self._library.rename(away)
                time.sleep(self._random.uniform(0, 0.5))
                away.rename(self._library)
        else:
            command = [sys.executable, "-m", "chemfs", "import", str(self._place), str(self._library)]
            subprocess.run(command, capture_output=True, check=False)
