"""Import: a shoot is brought into a library, changed and brought in again, with the power cut or the program killed.

Power cut: after every system call, every state that a disk may be left in must be a library of whole repositories in
which no ref has gone back, and the next import must take the rest and nothing twice. An import that doesn't sync is a
control: the checker must find losses in it. Kill: the program is killed at its system calls that change something, and
run again. `size` is the share of the calls that are tried, in twentieths: 20 tries all of them.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chemigram_core import fsck
from chemigram_core.errors import ChemigramError
from chemigram_core.fsck import Problem
from chemigram_core.repository import Repository
from chemigram_core.shoot.importer import import_shoot
from scripts.campaigns.report import Report
from scripts.campaigns.simulated_disk import SimulatedDisk, write_tree
from scripts.campaigns.traced_calls import Call, trace
from tests.support.shoots import Tips, edit, image, repositories, shoot

_STATES_AT_ONE_CALL = 8
_CHANGING = ("flock", "mkdir", "mkdirat", "write", "symlinkat", "renameat", "fsync", "syncfs", "unlinkat")
_NO_HARM = frozenset((Problem.LEFTOVER, Problem.REF_MISSING, Problem.UNLOGGED))
_MEMORY = Path("/dev/shm")  # states are written here to be opened  # noqa: S108
_ALL = 20  # the size at which all calls are tried


def run(seed: int, size: int, folder: Path) -> Report:
    """Cut the power and kill, at `size` twentieths of the calls."""
    report, random = Report("shoot", seed, size), Random(seed)
    source = shoot(folder / "wedding")
    for word in ("synced", "nothing-synced"):
        counted = report if word == "synced" else Report(word, seed, size)
        for violation in _cut(folder / word, source, word, random, counted):
            counted.violation(violation)
        if word == "nothing-synced":
            report.figures[f"an import with {word}:"] = f"{len(counted.violations)} losses"
            if not counted.violations:
                report.violation("the checker found nothing in an import that has nothing synced")
    for violation in _kill(folder / "kill", source, max(1, _ALL // size), report):
        report.violation(violation)
    return report


@dataclass(frozen=True)
class _Change:
    """What an import makes of a library: of one with the branches `before`, one with those `after`."""

    source: Path
    before: Tips
    after: Tips


def _cut(place: Path, source: Path, durability: str, random: Random, report: Report) -> Iterator[str]:
    """The first import on an empty disk, then one of changes on the disk that it left."""
    place.mkdir()
    library = place / "library"
    for is_second in (False, True):
        if is_second:
            _edit(source)
        before, disk = repositories(library), SimulatedDisk(str(place))
        calls = trace([sys.executable, *_command(source, library, durability)], place.with_suffix(".trace"))
        change = _Change(source, before, repositories(library))
        yield from (f"{durability}: {what}" for what in _replayed(disk, calls, change, random, report))
    shutil.rmtree(source)
    shoot(source)


def _replayed(disk: SimulatedDisk, calls: list[Call], change: _Change, random: Random, report: Report) -> Iterator[str]:
    seen: set[str] = set()
    for call in calls:
        if not disk.apply(call) or random.random() > report.size / _ALL:
            continue
        report.counts["calls"] += 1
        for tree in disk.states(random, _STATES_AT_ONE_CALL):
            if (identity := hashlib.sha256(repr(sorted(tree.items())).encode()).hexdigest()) not in seen:
                seen.add(identity)
                report.counts["states"] += 1
                with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
                    write_tree(tree, Path(folder))
                    yield from (f"{call.name}: {what}" for what in _wrong(Path(folder) / "library", change))


def _wrong(library: Path, change: _Change) -> Iterator[str]:
    """What is wrong with a library that an import left, and with what the next import makes of it."""
    source, before, after = change.source, change.before, change.after
    try:
        found = repositories(library)
        for path, tips in before.items():
            for branch, tip in tips.items():
                if (now := found.get(path, {}).get(branch)) not in (tip, after[path][branch]):
                    yield f"{path} {branch} is at {now}, neither {tip} nor {after[path][branch]}"
        yield from _invalid(library, found)
        import_shoot(source, library)
        if (done := repositories(library)) != after:
            yield f"the next import leaves {done}, not {after}"
        yield from _invalid(library, done)
        if import_shoot(source, library).states:
            yield "a third import finds something new"
    except (ChemigramError, OSError) as error:
        yield f"it can't be used: {error}"


def _invalid(library: Path, found: Tips) -> Iterator[str]:
    for path in found:
        for finding in fsck.check(library / path):
            if finding.problem not in _NO_HARM:
                yield f"{path}: {finding.problem.value} {finding.path}: {finding.says}"
        repository = Repository(library / path)
        if len(taken := [state for tip in found[path].values() for state in _past(repository, tip)]) != len(set(taken)):
            yield f"{path}: a state was taken twice"


def _past(repository: Repository, tip: str) -> Iterator[str]:
    """A state and those before it, by their parents."""
    state = repository.resolve(tip)
    yield state
    while (parent := repository.history.parent(state)) is not None:
        yield (state := parent)


def _kill(place: Path, source: Path, stride: int, report: Report) -> Iterator[str]:
    """Kill at a call, check what is left, go on; until an import lives to its end."""
    place.mkdir()
    import_shoot(source, place / "expected")
    first = repositories(place / "expected")
    shutil.copytree(place / "expected", place / "changed", symlinks=True)
    yield from _killed(place / "library", _Change(source, {}, first), stride, report)
    _edit(source)
    shutil.copytree(place / "expected", place / "again", symlinks=True)
    import_shoot(source, place / "changed")
    yield from _killed(place / "again", _Change(source, first, repositories(place / "changed")), stride, report)


def _killed(library: Path, change: _Change, stride: int, report: Report) -> Iterator[str]:
    kept = library.with_suffix(".kept")
    if library.exists():
        library.rename(kept)
    for call in _CHANGING:
        for number in itertools.count(1, stride):
            shutil.rmtree(library, ignore_errors=True)
            if kept.exists():
                shutil.copytree(kept, library, symlinks=True)
            if not _dies(change.source, library, call, number):
                break
            report.counts["kills"] += 1
            yield from (f"killed at {call} {number}: {what}" for what in _wrong(library, change))


def _dies(source: Path, library: Path, call: str, number: int) -> bool:
    """Import, but die at a call of that name and number; whether there were so many."""
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    command = ["strace", "-f", "-qq", "-o", os.devnull, *inject, sys.executable]
    done = subprocess.run([*command, *_command(source, library, "synced")], capture_output=True, check=False)
    return done.returncode != 0


def _command(source: Path, library: Path, durability: str) -> list[str]:
    return ["-m", "scripts.campaigns.shoot_workload", str(source), str(library), durability]


def _edit(source: Path) -> None:
    """Change two sidecars of one image and one of another, add a duplicate and an image."""
    edit(source, "0.NEF.xmp", 500)
    edit(source, "0_01.NEF.xmp", 501, "warm")
    edit(source, "1.NEF.xmp", 502)
    edit(source, "2_02.NEF.xmp", 503, "cold")
    image(source / "more", "new.NEF")
    edit(source / "more", "new.NEF.xmp", 504)
