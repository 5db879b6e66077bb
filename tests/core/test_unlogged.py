"""Snapshots that are not in the log: reported, counted, and kept until the user requests their removal."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from chemigram_core import fsck
from chemigram_core.digest import Digest
from chemigram_core.fsck import Problem
from chemigram_core.gc.collector import GRACE, collect
from chemigram_core.log.journal import OperationLog
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.core import naive
from tests.support.builders import mask, sidecar, snapshots

AT_ONCE = timedelta(0)


@pytest.fixture
def synced(tmp_path: Path) -> tuple[Repository, set[Digest]]:
    """One of two copies that went apart and were synchronized so that the newer file won; and what the other saved."""
    one = Repository.init(tmp_path / "one")
    save_xmp(one, MAIN, sidecar(0))
    shutil.copytree(one.root, tmp_path / "two")
    two = Repository(tmp_path / "two")
    masks = {MaskName("sky"): mask(7)}
    lost = {save_xmp(one, MAIN, sidecar(number), mask_files=masks).digest for number in (1, 2)}
    save_xmp(two, MAIN, sidecar(3))
    shutil.copytree(two.root, one.root, dirs_exist_ok=True, symlinks=True)
    return Repository(one.root), lost


def test_unlogged_snapshots_are_reported_but_not_a_problem(synced: tuple[Repository, set[Digest]]) -> None:
    repository, lost = synced
    found = fsck.check(repository.root)
    assert {finding.digest for finding in found if finding.problem is Problem.UNLOGGED} == lost
    assert all((repository.root / finding.path).exists() and finding.is_harmless for finding in found)


def test_gc_keeps_unlogged_snapshots_and_their_masks_by_default(synced: tuple[Repository, set[Digest]]) -> None:
    repository, lost = synced
    assert collect(repository, AT_ONCE).snapshots == []
    assert lost <= set(snapshots(repository))
    assert naive.problems(repository.root) == []
    assert collect(repository, GRACE, unlogged=True).snapshots == []
    assert {found.digest for found in collect(repository, AT_ONCE, unlogged=True).snapshots} == lost


def test_snapshot_of_a_killed_save_is_not_a_problem_though_the_registry_has_its_masks(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "one")
    save_xmp(repository, MAIN, sidecar(0))
    if not (child := os.fork()):
        with suppress(BaseException), pytest.MonkeyPatch.context() as patch:
            patch.setattr(OperationLog, "appending", lambda *_: os._exit(7))
            save_xmp(repository, MAIN, sidecar(1), mask_files={MaskName("sky"): mask(7)})
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert repository.registry.read().current().keys() == {"sky"}
    found = fsck.check(repository.root)
    assert [finding.problem for finding in found] == [Problem.UNLOGGED]
    assert all(finding.is_harmless for finding in found)
    assert collect(repository, AT_ONCE).snapshots == []


def test_unlogged_snapshot_of_a_ref_is_a_problem(synced: tuple[Repository, set[Digest]]) -> None:
    repository, lost = synced
    (repository.root / "refs" / "heads" / "main").write_text(f"{min(lost)}\n")
    assert Problem.LOG_DAMAGED in {finding.problem for finding in fsck.check(repository.root)}


def test_unlogged_parent_of_a_log_line_is_a_problem(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    for number in range(3):
        save_xmp(repository, MAIN, sidecar(number))
    log = repository.root / "log.jsonl"
    first, _, third = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(first + third)
    assert [finding.problem for finding in fsck.check(repository.root)] == [Problem.LOG_DAMAGED]
