"""Soak: random use of one mount for `size` seconds, at low load; descriptors and memory must stay flat.

The states are drawn from some hundreds, so what the daemon remembers of states is full after a while, and whatever
grows afterwards is a leak. Of the last nine tenths of the run, the second half may have no more memory than the first.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from chemigram_core.repository import Repository
from scripts.campaigns.report import Report
from tests.support.builders import mask, picture, sidecar
from tests.support.daemon import Daemon

_PAUSE_SECONDS = 0.15
_EDITS = 40
_SAMPLES = 200
_SETTLED = 0.1  # of the run: then caches are full
_GROWTH = 1.10  # of memory, from the first settled half to the second


def run(seed: int, size: int, folder: Path) -> Report:
    """Use a mount of two repositories for `size` seconds."""
    report = Report("soak", seed, size)
    for name in ("one", "two"):
        Repository.init(folder / "library" / name, picture(folder / f"{name}.tif"))
    daemon = Daemon(folder / "library", folder / "mnt")
    try:
        samples = _use(daemon, Random(seed), size, report)
        if not daemon.is_alive:
            report.violation("the daemon has died")
    finally:
        gc.collect()  # an error in the midst of a walk through folders keeps one of them open
        daemon.unmount()
    _judge(samples, report)
    return report


def _use(daemon: Daemon, random: Random, seconds: int, report: Report) -> list[tuple[int, int, int]]:
    samples: list[tuple[int, int, int]] = []
    user = _User(daemon.mountpoint, random)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        action = random.choice(user.actions)
        try:
            action()
        except OSError:
            report.counts["refused"] += 1
        report.counts["operations"] += 1
        if len(samples) <= passed / seconds * _SAMPLES:
            samples.append((daemon.descriptors(), daemon.memory_bytes(), daemon.threads()))
            _tell(passed, samples[-1])
        time.sleep(random.uniform(0, 2 * _PAUSE_SECONDS))
    time.sleep(3)  # removals settle, handles are released
    samples.append((daemon.descriptors(), daemon.memory_bytes(), daemon.threads()))
    return samples


def _tell(passed: float, sample: tuple[int, int, int]) -> None:
    descriptors, memory_bytes, threads = sample
    print(f"{passed:7.0f} s: {descriptors} descriptors, {memory_bytes >> 10} KiB, {threads} threads", flush=True)


def _judge(samples: list[tuple[int, int, int]], report: Report) -> None:
    settled = samples[int(len(samples) * _SETTLED) :]
    first, second = settled[: len(settled) // 2], settled[len(settled) // 2 :]
    peaks = [(max(s[0] for s in half), max(s[1] for s in half)) for half in (first, second)]
    report.figures["descriptors"] = f"{samples[0][0]} at first, peaks {peaks[0][0]} and {peaks[1][0]}"
    report.figures["MiB"] = (
        f"{samples[0][1] / 2**20:.1f} at first, peaks {peaks[0][1] / 2**20:.1f} and {peaks[1][1] / 2**20:.1f}"
    )
    report.figures["threads at most"] = str(max(sample[2] for sample in samples))
    if samples[-1][0] > samples[0][0] + 2:
        report.violation(f"{samples[-1][0]} descriptors at the end, {samples[0][0]} at first")
    if peaks[1][1] > peaks[0][1] * _GROWTH:
        report.violation(f"memory grew from {peaks[0][1]} to {peaks[1][1]} bytes")


class _User:
    """A user who does everything that a mount allows."""

    def __init__(self, mountpoint: Path, random: Random) -> None:
        self._mount = mountpoint
        self._random = random
        self.actions: list[Callable[[], object]] = [
            *[self._save] * 4, *[self._save_mask] * 2, self._save_by_rename, self._save_nonsense, self._read_all,
            self._remove_mask, self._branch, self._delete_branch, self._tag, self._checkout, self._scratch,
            self._old_state, self._list, self._half, self._refused_open,
        ]  # fmt: skip

    @property
    def _repository(self) -> Path:
        return self._mount / self._random.choice(("one", "two"))

    def _some_branch(self) -> Path:
        heads = self._repository / "heads"
        return heads / self._random.choice(os.listdir(heads))

    def _data(self) -> bytes:
        return sidecar(self._random.randrange(_EDITS))

    def _save(self) -> None:
        (self._some_branch() / "image.xmp").write_bytes(self._data())

    def _save_mask(self) -> None:
        name = self._random.choice(("sky", "tree"))
        (self._some_branch() / "masks" / f"{name}.png").write_bytes(mask(self._random.randrange(2), size=(200, 150)))

    def _save_by_rename(self) -> None:
        branch = self._some_branch()
        (branch / ".image.xmp.tmp").write_bytes(self._data())
        (branch / ".image.xmp.tmp").rename(branch / "image.xmp")

    def _save_nonsense(self) -> None:
        if self._random.random() < 0.2:
            (self._some_branch() / "image.xmp").write_bytes(self._data()[: self._random.randrange(900)])

    def _read_all(self) -> None:
        for path in self._some_branch().rglob("*"):
            with suppress(IsADirectoryError):
                path.read_bytes()

    def _remove_mask(self) -> None:
        masks = self._some_branch() / "masks"
        (masks / self._random.choice(os.listdir(masks) or ["none.png"])).unlink()

    def _branch(self) -> None:
        (self._repository / "heads" / f"try-{self._random.randrange(8)}").mkdir()

    def _delete_branch(self) -> None:
        shutil.rmtree(self._repository / "heads" / f"try-{self._random.randrange(8)}")

    def _tag(self) -> None:
        (self._repository / "tags" / f"v{self._random.randrange(40)}").mkdir()

    def _checkout(self) -> None:
        repository = self._repository
        link = repository / "new-head"
        link.symlink_to(f"heads/{self._random.choice(os.listdir(repository / 'heads'))}")
        link.rename(repository / "HEAD")

    def _scratch(self) -> None:
        path = self._some_branch() / f"notes-{self._random.randrange(5)}.txt"
        path.write_bytes(b"x" * self._random.randrange(100_000))
        if self._random.random() < 0.5:
            path.unlink()

    def _old_state(self) -> None:
        snapshots = self._repository / "snapshots"
        (snapshots / self._random.choice(os.listdir(snapshots) or ["none"]) / "image.xmp").read_bytes()

    def _list(self) -> None:
        for path in (self._repository / "tags").rglob("*"):
            path.stat()

    def _half(self) -> None:
        with (self._some_branch() / "image.xmp").open("wb", buffering=0) as file:
            data = self._data()
            file.write(data[:300])
            time.sleep(0.05)
            file.write(data[300:])

    def _refused_open(self) -> None:
        with (self._repository / "tags" / "v1" / "image.xmp").open("r+b"):
            pass
