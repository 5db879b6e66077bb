"""Every campaign in a small size: what it finds no violation of is promised in docs/promises.md."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path

import pytest

from scripts.campaigns.report import Report


def run(name: str, size: int, folder: Path) -> Report:
    report: Report = importlib.import_module(f"scripts.campaigns.{name}").run(1, size, folder)
    assert not report.violations, f"{report.line()}\n{report.details()}"
    return report


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_power_cut(tmp_path: Path) -> None:
    assert run("power_cut", 1, tmp_path).counts["states"] > 200


@pytest.mark.needs_fuse
def test_kill(tmp_path: Path) -> None:
    assert run("kill", 5, tmp_path).counts["kills"] == 5


@pytest.mark.needs_fuse
def test_soak(tmp_path: Path) -> None:
    assert run("soak", 10, tmp_path).counts["operations"] > 10


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_faults() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:  # where syncing is free
        assert run("faults", 1, Path(memory)).counts["faults"] > 100


@pytest.mark.needs_fuse
def test_rot(tmp_path: Path) -> None:
    assert run("rot", 16, tmp_path).counts["reads refused"] >= 16


@pytest.mark.needs_fuse
def test_concurrency(tmp_path: Path) -> None:
    assert run("concurrency", 3, tmp_path).counts["acknowledged saves"] == 24


@pytest.mark.needs_fuse
def test_hostile(tmp_path: Path) -> None:
    assert run("hostile", 100, tmp_path).counts["XMP cases"] > 20


@pytest.mark.needs_fuse
@pytest.mark.needs_root
def test_full_disk(tmp_path: Path) -> None:
    assert run("full_disk", 1, tmp_path).counts["saves refused"] >= 5
