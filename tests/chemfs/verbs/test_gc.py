"""gc on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chemfs.verbs.answer import Chemfs


@pytest.fixture
def abandoned(chemfs: Chemfs, repository: str, sidecar: Callable[[int], Path], mask: Path) -> str:
    """A repository with a deleted branch, which had a state and a mask of its own."""
    chemfs("branch", repository, "warm")
    assert chemfs("snapshot", repository, sidecar(5), "--branch", "warm", "--mask", f"subject={mask}").code == 0
    chemfs("branch", repository, "warm", "--delete")
    chemfs("checkout", repository, "main")
    return repository


def test_young_objects_are_kept(chemfs: Chemfs, abandoned: str) -> None:
    assert chemfs("gc", abandoned).out == "removed 0 snapshots and 0 masks, 0 bytes\n"
    assert chemfs("gc", abandoned, "--keep-days", "1").out == "removed 0 snapshots and 0 masks, 0 bytes\n"


def test_a_dry_run_lists_what_would_go_and_removes_nothing(chemfs: Chemfs, abandoned: str) -> None:
    for _ in range(2):
        listed = chemfs("gc", abandoned, "--dry-run", "--keep-days", "0").out.splitlines()
        assert [line.split()[0] for line in listed] == ["snapshot", "mask", "would"]
        assert listed[2].startswith("would remove 1 snapshot and 1 mask, ")


def test_purged_masks_are_remembered(chemfs: Chemfs, abandoned: str) -> None:
    assert chemfs("gc", abandoned, "--keep-days", "0").out.startswith("removed 1 snapshot and 1 mask, ")
    assert chemfs("fsck", abandoned).code == 0
    assert "purged" in chemfs("masks", abandoned, "--json").json["masks"]["subject"]
    assert "purged" in chemfs("masks", abandoned).out
    last = chemfs("log", abandoned, "--json").json[0]
    assert (last["op"], last["metadata"]["snapshots"], last["metadata"]["masks"]) == ("gc", 1, 1)


@pytest.mark.parametrize("days", ["-1", "soon", "1e9"])
def test_invalid_number_of_days_is_refused(chemfs: Chemfs, repository: str, days: str) -> None:
    assert chemfs("gc", repository, f"--keep-days={days}").code == 2


def test_names_that_chemigram_registered_are_listed(chemfs: Chemfs, repository: str) -> None:
    theirs = {"hash": "a" * 64, "generator": "coarse", "prompt": None, "timestamp": "2026-04-29T10:00:00+00:00"}
    Path(repository, "masks", "registry.json").write_text(json.dumps({"current_sky_mask": theirs}))
    assert "coarse" in chemfs("masks", repository).out
