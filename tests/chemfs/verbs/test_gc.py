"""gc: what it lists, what it removes, and what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chemfs.verbs.answer import Chemfs

Sidecar = Callable[[int], Path]


@pytest.fixture
def abandoned(chemfs: Chemfs, repository: str, sidecar: Sidecar) -> str:
    """A snapshot of the repository that nothing reaches any more."""
    identifier = chemfs("snapshot", repository, sidecar(4), "--branch", "warm").out.strip()
    chemfs("branch", repository, "warm", "--delete")
    return identifier


def test_a_dry_run_lists_and_removes_nothing(chemfs: Chemfs, repository: str, abandoned: str) -> None:
    for _ in range(2):
        listed, summary = chemfs("gc", repository, "--dry-run", "--keep-days", 0).out.splitlines()
        assert listed.split()[:2] == ["snapshot", abandoned]
        assert summary.startswith("would remove 1 snapshot and 0 masks, ")
    assert chemfs("show", repository, abandoned).code == 0


def test_what_nothing_reaches_is_removed(chemfs: Chemfs, repository: str, abandoned: str) -> None:
    assert chemfs("gc", repository, "--keep-days", 0).out.startswith("removed 1 snapshot and 0 masks, ")
    assert chemfs("show", repository, abandoned).code == 3
    assert chemfs("show", repository, "v1_export").code == 0
    assert chemfs("fsck", repository).code == 0


def test_what_is_young_is_kept(chemfs: Chemfs, repository: str, abandoned: str) -> None:
    assert chemfs("gc", repository).out.startswith("removed 0 snapshots")
    assert chemfs("show", repository, abandoned).code == 0


@pytest.mark.parametrize("days", ["-1", "x", "1e9", "1000000000000"])
def test_days_that_are_none(chemfs: Chemfs, repository: str, days: str) -> None:
    answer = chemfs("gc", repository, f"--keep-days={days}")
    assert answer.code == 2
    assert "--keep-days" in answer.error
