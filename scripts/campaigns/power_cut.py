"""Power cut: after every system call, every state that a disk may be left in must be a repository without loss.

`size` rounds of all that changes a repository are traced and replayed on a simulated disk. Two writers that don't sync
(anything; folders) are controls: the checker must find losses in both.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chemigram_core import fsck, gc
from chemigram_core.errors import ChemigramError
from chemigram_core.fsck import Problem
from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import Repository
from scripts.campaigns.report import Report
from scripts.campaigns.simulated_disk import SimulatedDisk, Tree, write_tree
from scripts.campaigns.traced_calls import Call, trace
from scripts.campaigns.traced_mount import State, is_mark, trace_mount
from tests.support.builders import sidecar

_STATES_AT_ONE_CALL = 16
_NO_HARM = frozenset((Problem.LEFTOVER, Problem.REF_MISSING, Problem.UNLOGGED))
_MEMORY = Path("/dev/shm")  # states are written here to be opened  # noqa: S108
_REPOSITORY = "repository"


def run(seed: int, size: int, folder: Path) -> Report:
    """Trace and replay `size` rounds; a tenth of them through a mount and by the writers that don't sync."""
    report, random = Report("power_cut", seed, size), Random(seed)
    for recording in (_of_the_library(folder, "synced", size), _of_a_mount(folder, 1 + size // 10)):
        for violation in _violations(recording, random, report):
            report.violation(violation)
    for durability in ("nothing-synced", "folders-unsynced"):
        control = Report(durability, seed, size)
        for violation in _violations(_of_the_library(folder, durability, size // 10), random, control):
            control.violation(violation)
        bad, states = control.counts["states with loss"], control.counts["states"]
        report.figures[f"a writer with {durability}:"] = f"loss in {bad} of {states} states"
        if not bad:
            report.violation(f"the checker found nothing in a writer that has {durability}")
    return report


@dataclass(frozen=True)
class _Recording:
    """Calls on a disk, which of them follow an acknowledgement, and the repository before, between and after these.

    A state is None where there is no repository yet.
    """

    name: str
    disk: SimulatedDisk
    calls: Sequence[Call]
    is_mark: Callable[[Call], bool]
    states: Sequence[State | None]


def _of_the_library(folder: Path, durability: str, rounds: int) -> _Recording:
    place, marks = folder / durability, folder / f"{durability}.marks"
    place.mkdir()
    disk = SimulatedDisk(str(place))
    command = ["-m", "scripts.campaigns.power_cut_workload", place / _REPOSITORY, marks, rounds, durability]
    traced = trace([sys.executable, *map(str, command)], folder / f"{durability}.trace")
    states = [None, *map(json.loads, marks.read_text().splitlines())]
    return _Recording(
        durability, disk, traced, lambda call: call.name == "write" and call.data(0) == bytes(marks), states
    )


def _of_a_mount(folder: Path, rounds: int) -> _Recording:
    place = folder / "mount"
    root = Repository.init(place / _REPOSITORY).root
    disk = SimulatedDisk(str(place))
    traced, states = trace_mount(root, folder / "mnt", folder / "mount.trace", rounds)
    return _Recording("mount", disk, traced, is_mark, states)


def _violations(recording: _Recording, random: Random, report: Report) -> Iterator[str]:
    seen: set[tuple[int, str]] = set()
    states, done = [*recording.states, recording.states[-1]], 0
    for call in recording.calls:
        is_acknowledged = recording.is_mark(call)
        done += is_acknowledged
        if not recording.disk.apply(call) and not is_acknowledged:
            continue
        report.counts["calls"] += 1
        for tree in recording.disk.states(random, _STATES_AT_ONE_CALL):
            if (state := (done, _identity(tree))) not in seen:
                seen.add(state)
                report.counts["states"] += 1
                wrong = list(_wrong(tree, states[done], states[done + 1]))
                report.counts["states with loss"] += bool(wrong)
                yield from (f"{recording.name}, change {done}, {_said(call)}: {what}" for what in wrong)


def _wrong(tree: Tree, before: State | None, after: State | None) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        root = Path(folder) / _REPOSITORY
        write_tree(tree, Path(folder))
        try:
            if before is None:
                Repository.init(root)
            else:
                yield from _broken(root, before, after or before)
            save_xmp(Repository(root), BranchName("main"), sidecar(999))
            gc.find_garbage(Repository(root))
        except (ChemigramError, OSError) as error:
            yield f"it can't be used: {error}"
        shutil.rmtree(root, ignore_errors=True)


def _broken(root: Path, before: State, after: State) -> Iterator[str]:
    for finding in fsck.check(root):
        if finding.problem not in _NO_HARM:
            yield f"{finding.problem.value} {finding.path}: {finding.says}"
    old, new = before["texts"], after["texts"]
    for path in (old.keys() | new.keys()) - {"log.jsonl"}:
        found = (root / path).read_text() if (root / path).is_file() else None
        if found not in (old.get(path), new.get(path)):
            yield f"{path} is {found!r}, neither {old.get(path)!r} nor {new.get(path)!r}"
    refs = {path.read_text() for path in (root / "refs").rglob("*") if path.is_file()}
    yield from (f"no ref is at {lost.strip()}" for lost in _tips(old) & _tips(new) - refs)
    log = (root / "log.jsonl").read_text(errors="replace") if (root / "log.jsonl").exists() else ""
    if not log.startswith(old.get("log.jsonl", "")):
        yield "the log has lost a line"
    for path in before["objects"].keys() & after["objects"].keys():
        if not (root / path).is_file():
            yield f"{path} is lost"


def _tips(texts: Mapping[str, str]) -> set[str]:
    return {text for path, text in texts.items() if path.startswith("refs/")}


def _identity(tree: Tree) -> str:
    return hashlib.sha256(repr(sorted(tree.items())).encode()).hexdigest()


def _said(call: Call) -> str:
    return f"{call.name} of {call.arguments[0]!r:.80}"
