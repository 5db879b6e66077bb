"""Every campaign in a small size: what it finds no violation of is promised in docs/promises.md."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(name: str, size: int, folder: Path) -> dict[str, int]:
    """What a campaign counted. Its exit code also depends on how fast the machine is, which is not asserted."""
    command = [sys.executable, "-m", "scripts.campaigns", name, "--size", str(size), "--folder", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    counts = counts_in(done.stdout)
    assert counts.get("violations") == 0, done.stdout + done.stderr
    return counts


def counts_in(output: str) -> dict[str, int]:
    """The counts in the line of figures, which is the last one: `kill: seed 1, size 5: 5 kills, …, 0 violations`."""
    _, _, figures = output.strip().rpartition("\n")[2].partition(": ")
    return {what: int(count) for count, what in re.findall(r"(?:^|[:,]) ?(\d+) ([^,]+)", figures)}


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_power_cut(tmp_path: Path) -> None:
    assert run("power_cut", 1, tmp_path)["states"] > 200


@pytest.mark.needs_program("strace")
def test_shoot() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        counts = run("shoot", 1, Path(memory))
    assert counts["states"] > 30
    assert counts["kills"] > 10


def test_watch(tmp_path: Path) -> None:
    assert run("watch", 4, tmp_path)["kills"] == 4


def test_watch_many(tmp_path: Path) -> None:
    assert run("watch_many", 40, tmp_path)["rewritten"] == 35


@pytest.mark.needs_fuse
def test_kill(tmp_path: Path) -> None:
    assert run("kill", 5, tmp_path)["kills"] == 5


@pytest.mark.needs_fuse
def test_storm(tmp_path: Path) -> None:
    assert run("storm", 4, tmp_path)["reads"] > 10


@pytest.mark.needs_fuse
def test_soak(tmp_path: Path) -> None:
    assert run("soak", 10, tmp_path)["operations"] > 10


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_faults() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:  # where syncing is free
        assert run("faults", 3, Path(memory))["faults"] > 150


@pytest.mark.needs_fuse
def test_rot(tmp_path: Path) -> None:
    assert run("rot", 16, tmp_path)["reads refused"] >= 16


@pytest.mark.needs_fuse
def test_concurrency(tmp_path: Path) -> None:
    assert run("concurrency", 3, tmp_path)["acknowledged saves"] == 24


@pytest.mark.needs_fuse
def test_hostile_input(tmp_path: Path) -> None:
    assert run("hostile_input", 100, tmp_path)["XMP cases"] > 20


@pytest.mark.needs_fuse
@pytest.mark.needs_root
def test_hostile_repositories(tmp_path: Path) -> None:
    assert run("hostile_repositories", 6, tmp_path)["commands"] > 200


@pytest.mark.needs_fuse
@pytest.mark.needs_root
def test_full_disk(tmp_path: Path) -> None:
    assert run("full_disk", 1, tmp_path)["saves refused"] >= 5
