"""Bit rot: `size` objects are damaged in four ways; reading one is an error, and nothing else is affected.

Each damaged object is refused with EIO through a mount, every other file of every state has the bytes that its name
promises, and fsck names exactly the damaged ones.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from random import Random

from chemigram_core import fsck
from chemigram_core.digest import Digest
from chemigram_core.fsck import Problem
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind
from scripts.campaigns.report import Report
from tests.support.builders import mask, sidecar
from tests.support.daemon import Daemon

MAIN = BranchName("main")
_STATES_TO_ONE_MASK = 5
_SPARE = 1.4  # objects for each that is damaged
_SPARE_DESCRIPTORS = 4  # a file may be given back a moment after it was closed


def run(seed: int, size: int, folder: Path) -> Report:
    """Damage `size` objects and read everything."""
    report = Report("rot", seed, size)
    repository = _filled(folder / "repository", int(size * _SPARE))
    damaged = _damage(repository, size, Random(seed), report)
    named = {found.digest for found in fsck.check(repository.root) if found.problem is Problem.OBJECT_DAMAGED}
    report.counts["named by fsck"] = len(named & damaged)
    for digest in named ^ damaged:
        report.violation(f"{digest} is {'missed' if digest in damaged else 'wrongly named'} by fsck")
    daemon = Daemon(repository.root, folder / "mnt")
    descriptors = daemon.descriptors()
    try:
        _read_all(daemon.mountpoint, damaged, report)
        if (now := daemon.descriptors()) > descriptors + _SPARE_DESCRIPTORS:
            report.violation(f"{now} descriptors in the end, {descriptors} at first")
        if not daemon.is_alive:
            report.violation("the daemon has died")
    finally:
        daemon.unmount()
    return report


def _filled(root: Path, objects: int) -> Repository:
    repository = Repository.init(root)
    for number in range(objects):
        save_xmp(repository, MAIN, sidecar(number))
        if number % _STATES_TO_ONE_MASK == 0:
            save_mask(repository, MAIN, MaskName(f"m{number % 3}"), mask(number % 256, size=(64, 48 + number)))
    return repository


def _damage(repository: Repository, size: int, random: Random, report: Report) -> set[Digest]:
    """Half of them snapshots, the rest masks as far as there are any."""
    paths = {
        found.digest: repository.root / repository.objects.path(found.digest, found.kind)
        for found in repository.objects
    }
    masks = [found.digest for found in repository.objects if found.kind is Kind.MASK]
    chosen = random.sample(masks, len(masks) * 2 // 3)
    others = [digest for digest in paths if digest not in masks]
    chosen += random.sample(others, size - len(chosen))
    ways: dict[str, Callable[[Path, Random], None]] = {"bits flipped": _flip, "cut": _cut, "zeroed": _zero}
    pairs = size // 8
    for first, second in zip(chosen[:pairs], chosen[pairs : 2 * pairs], strict=True):
        _swap(paths[first], paths[second])
        report.counts["swapped"] += 2
    for digest, way in zip(chosen[2 * pairs :], cycle(ways), strict=False):
        ways[way](paths[digest], random)
        report.counts[way] += 1
    return set(chosen)


def _read_all(mountpoint: Path, damaged: set[Digest], report: Report) -> None:
    for name in os.listdir(mountpoint / "snapshots"):
        state, snapshot = mountpoint / "snapshots" / name, Digest.parse(name)
        _read(state / "image.xmp", snapshot, damaged, report)
        if snapshot in damaged:
            continue
        masks = state / "masks"
        for file in os.listdir(masks) if masks.exists() else ():
            digest = Digest.parse(os.getxattr(masks / file, "user.chemfs.sha256").decode())
            _read(masks / file, digest, damaged, report)


def _read(path: Path, digest: Digest, damaged: set[Digest], report: Report) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        report.counts["reads refused"] += 1
        if digest not in damaged or error.errno != errno.EIO:
            report.violation(f"{path}: {error}")
        return
    report.counts["reads"] += 1
    if digest in damaged or Digest.of(data) != digest:
        report.violation(f"{path}: wrong bytes were read")


def _flip(path: Path, random: Random) -> None:
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


def _cut(path: Path, random: Random) -> None:
    os.truncate(path, random.randrange(path.stat().st_size))


def _zero(path: Path, _: Random) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _swap(one: Path, other: Path) -> None:
    between = one.with_name("between")
    one.rename(between)
    other.rename(one)
    between.rename(other)
