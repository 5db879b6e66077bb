"""What the tests of fsck ask of a repository."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from chemigram_core import fsck, gc
from chemigram_core.digest import Digest
from chemigram_core.fsck import Problem
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.repository import Repository
from tests.support.builders import snapshots

MAIN, SIDE, V1 = BranchName("main"), BranchName("side/one"), TagName("v1")
SUBJECT = MaskName("subject")


def problems(root: Path) -> set[tuple[Problem, str]]:
    return {(finding.problem, finding.path) for finding in fsck.check(root)}


def repair(root: Path) -> list[str | None]:
    return [fsck.repair(root, finding) for finding in fsck.check(root)]


def everything(root: Path) -> set[bytes]:
    return {path.read_bytes() for path in root.rglob("*") if path.is_file() and not path.is_symlink()}


def assert_nothing_is_collected(repository: Repository, states: set[Digest]) -> None:
    """A collection without grace takes none of them, and nothing is wrong any more."""
    gc.collect(Repository(repository.root), timedelta(0))
    assert set(snapshots(repository)) == states
    assert fsck.check(repository.root) == []
