"""Concurrency: eight processes save `size` times each on one branch: by two mounts of one repository, and directly.

Every save differs from all others, so each that is acknowledged is one snapshot: none is lost, none is doubled, and the
log is one unbroken line of parents.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from chemigram_core import fsck
from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import Repository
from chemigram_core.sidecar import parse
from scripts.campaigns.report import Report
from tests.support.builders import sidecar
from tests.support.daemon import Daemon

MAIN = BranchName("main")
_PROCESSES = 8
_BASE = 100_000  # numbers of one process


def run(seed: int, size: int, folder: Path) -> Report:
    """Save `size` times in each process; `seed` makes the numbers differ."""
    report = Report("concurrency", seed, size)
    root = Repository.init(folder / "repository").root
    daemons = [Daemon(root, folder / name) for name in ("one", "two")]
    began = time.monotonic()
    try:
        with ProcessPoolExecutor(_PROCESSES) as pool:
            jobs = [pool.submit(_ways(number, daemons, root), seed * 10 + number, size) for number in range(_PROCESSES)]
            acknowledged = [number for job in jobs for number in job.result()]
        report.figures["saves a second"] = f"{len(acknowledged) / (time.monotonic() - began):.0f}"
        report.counts["acknowledged saves"] = len(acknowledged)
        for daemon in daemons:
            if (daemon.mountpoint / "heads/main/image.xmp").read_bytes() != _tip(root):
                report.violation(f"{daemon.mountpoint.name} shows another tip")
    finally:
        for daemon in daemons:
            daemon.unmount()
    _judge(root, acknowledged, report)
    return report


def save_through(mountpoint: Path, number: int, size: int) -> list[int]:
    """Save as any program does; which saves were acknowledged."""
    path = mountpoint / "heads" / "main" / "image.xmp"
    return _saved(path.write_bytes, number, size)


def save_directly(root: Path, number: int, size: int) -> list[int]:
    """Save as the command line does, each time with a look at the repository of its own."""
    return _saved(lambda data: save_xmp(Repository(root), MAIN, data), number, size)


def _saved(save: Callable[[bytes], object], number: int, size: int) -> list[int]:
    numbers = range(number * _BASE, number * _BASE + size)
    for unique in numbers:
        save(sidecar(unique))
    return list(numbers)


class _Bound:
    """A call with its first argument, which other processes can be sent."""

    def __init__(self, call: Callable[[Path, int, int], list[int]], first: Path) -> None:
        self._call = call
        self._first = first

    def __call__(self, number: int, size: int) -> list[int]:
        return self._call(self._first, number, size)


def _ways(number: int, daemons: list[Daemon], root: Path) -> _Bound:
    """Three processes at each mount, two beside them."""
    if number < 6:
        return _Bound(save_through, daemons[number % 2].mountpoint)
    return _Bound(save_directly, root)


def _judge(root: Path, acknowledged: list[int], report: Report) -> None:
    repository = Repository(root)
    logged = [entry for entry in repository.log.entries() if entry.op == SNAPSHOT]
    report.counts["snapshots"] = len(logged)
    expected = {parse(sidecar(number)).digest for number in acknowledged}
    found = [entry.hash for entry in logged if entry.hash]
    if set(found) != expected or len(found) != len(expected):
        report.violation(f"{len(expected - set(found))} saves are lost, {len(found) - len(set(found))} are doubled")
    if [entry.parent for entry in logged] != [None, *found[:-1]]:
        report.violation("the parents are no unbroken line")
    if found and repository.refs.read(MAIN) != found[-1]:
        report.violation("main is not at the last save")
    for finding in fsck.check(root):
        report.violation(f"{finding.problem.value} {finding.path}: {finding.says}")


def _tip(root: Path) -> bytes:
    repository = Repository(root)
    return repository.states.document(repository.tip(MAIN)).canonical()
