"""Imports while others save in the same repositories, while another import runs, and on a disk that fails."""

from __future__ import annotations

import ctypes
import errno
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from threading import Thread

import pytest

from chemigram_core import fsck
from chemigram_core.durable import filesystem
from chemigram_core.operations.save import Saved, save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.shoot.importer import import_shoot
from tests.support.builders import sidecar
from tests.support.shoots import edit, image, repositories, shoot, tips

SAVES, IMPORTS, SYNCS_OF_A_CHANGE = 30, 6, 3


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return shoot(tmp_path / "wedding")


def past(repository: Repository) -> list[str]:
    """The states of main by their parents, the latest first."""
    state = repository.tip(MAIN)
    found = [state]
    while (parent := repository.history.parent(state)) is not None:
        found.append(state := parent)
    return list(map(str, found))


def test_concurrent_saves_and_imports_lose_nothing(source: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    import_shoot(source, library)
    root, saved = library / "wedding" / "1.NEF", []

    def save_all() -> None:
        for number in range(SAVES):
            outcome = save_xmp(Repository(root), MAIN, sidecar(2000 + number))
            if isinstance(outcome, Saved):
                saved.append(str(outcome.digest))

    saver = Thread(target=save_all)
    saver.start()
    for number in range(IMPORTS):
        edit(source, "1.NEF.xmp", 3000 + number)
        assert import_shoot(source, library).states == 1
    saver.join()
    assert len(saved) == SAVES
    assert set(saved) <= set(past(Repository(root)))
    assert len(past(Repository(root))) == 1 + SAVES + IMPORTS
    assert fsck.check(root) == []


def test_concurrent_imports_take_everything_once(source: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    reports = []
    imports = [Thread(target=lambda: reports.append(import_shoot(source, library))) for _ in range(3)]
    for each in imports:
        each.start()
    for each in imports:
        each.join()
    assert sorted(report.states for report in reports) == [0, 0, 5]
    assert sum(report.new_images for report in reports) == 4
    assert all(report.problems == [] for report in reports)


@pytest.fixture
def changed(source: Path, tmp_path: Path) -> Path:
    """A library of the shoot, three of whose sidecars have changed since, and to which an image was added."""
    import_shoot(source, tmp_path / "library")
    edit(source, "1.NEF.xmp", 500)
    edit(source, "0_01.NEF.xmp", 501, "warm")
    edit(source, "0.NEF.xmp", 502)
    image(source, "new.NEF")
    edit(source, "new.NEF.xmp", 503)
    return tmp_path / "library"


def fail_syncfs(monkeypatch: pytest.MonkeyPatch, error: int, failing: Collection[int]) -> None:
    """Let the calls of syncfs(2) with these numbers fail."""
    calls = itertools.count(1)

    def sync(_: int) -> int:
        ctypes.set_errno(error)
        return -1 if next(calls) in failing else 0

    monkeypatch.setattr(filesystem, "_syncfs", sync)


def fail_fsync(monkeypatch: pytest.MonkeyPatch, below: Callable[[str], bool]) -> None:
    """Let fsync(2) fail for files whose path fits, as after a bad block."""
    really = os.fsync

    def sync(descriptor: int) -> None:
        if below(path := os.readlink(f"/proc/self/fd/{descriptor}")):
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", sync)


def damage(library: Path) -> list[fsck.Finding]:
    """What is wrong with the repositories; objects may lack their line."""
    found = [one for path in repositories(library) for one in fsck.check(library / path)]
    return [one for one in found if one.problem is not fsck.Problem.UNLOGGED]


@pytest.mark.parametrize("failing", range(1, SYNCS_OF_A_CHANGE + 1))
def test_import_continues_after_a_full_disk(
    source: Path, changed: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    before = repositories(changed)
    lines = {path: (changed / path / "log.jsonl").read_bytes() for path in before if before[path]}
    with monkeypatch.context() as patch:
        fail_syncfs(patch, errno.ENOSPC, {failing})
        with pytest.raises(OSError, match="No space left") as raised:
            import_shoot(source, changed)
    assert raised.value.filename, "the error says where"
    if failing == 1:
        assert repositories(changed) == before, "objects or log lines are not durable: no ref moves"
        assert {path: (changed / path / "log.jsonl").read_bytes() for path in lines} == lines, "they are taken back"
    assert damage(changed) == []
    import_shoot(source, changed)
    assert tips(changed / "wedding/1.NEF") != before["wedding/1.NEF"]
    assert len(past(Repository(changed / "wedding/1.NEF"))) == 2
    assert import_shoot(source, changed).states == 0


@pytest.mark.parametrize("failing", range(1, SYNCS_OF_A_CHANGE + 1))
def test_bad_block_of_another_file_fails_no_image(
    source: Path, changed: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """syncfs reports what could not be written anywhere on the disk: each image is synced alone, and is fine."""
    with monkeypatch.context() as patch:
        fail_syncfs(patch, errno.EIO, {failing})
        report = import_shoot(source, changed)
    assert (report.states, report.new_images, report.problems) == (4, 1, [])
    assert damage(changed) == []
    assert len(past(Repository(changed / "wedding/1.NEF"))) == 2
    assert import_shoot(source, changed).unchanged == 6


@pytest.mark.parametrize(
    ("bad", "files", "failing"),
    [
        ("1.NEF", "/wedding/1\\.NEF", 1),
        ("1.NEF", "/wedding/1\\.NEF", 2),
        ("1.NEF", "/wedding/1\\.NEF", 3),
        ("new.NEF", "/wedding(/\\.tmp-.*)?$", 1),
        ("new.NEF", "/wedding$", 2),
    ],
)
def test_image_with_a_bad_block_fails_alone(
    source: Path, changed: Path, monkeypatch: pytest.MonkeyPatch, *, bad: str, files: str, failing: int
) -> None:
    before = repositories(changed)
    with monkeypatch.context() as patch:
        fail_syncfs(patch, errno.EIO, {failing})
        fail_fsync(patch, lambda path: re.search(files, path) is not None)
        report = import_shoot(source, changed)
    (problem,) = report.problems
    assert (problem.kind.value, problem.path) == ("not-saved", str(changed / "wedding" / bad))
    assert "Input/output error" in problem.says
    assert report.states == 3, "what is not durable is not called saved"
    if failing == 1:
        assert repositories(changed).get(f"wedding/{bad}") == before.get(f"wedding/{bad}")
    assert damage(changed) == []
    import_shoot(source, changed)
    assert len(past(Repository(changed / "wedding/1.NEF"))) == 2, "the next import takes it, once"
    assert import_shoot(source, changed).unchanged == 6
    assert damage(changed) == []


def test_disk_on_which_nothing_can_be_saved_changes_nothing(
    source: Path, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = repositories(changed)
    with monkeypatch.context() as patch:
        fail_syncfs(patch, errno.EIO, range(1, 99))
        fail_fsync(patch, lambda path: "/wedding" in path)
        report = import_shoot(source, changed)
    assert report.states == 0
    assert [Path(problem.path).name for problem in report.problems] == ["0.NEF", "1.NEF", "new.NEF"]
    assert repositories(changed) == before
    assert damage(changed) == []
    assert import_shoot(source, changed).states == 4


@pytest.mark.needs_program("strace")
def test_import_on_a_disk_that_reports_errors_of_others(source: Path, tmp_path: Path) -> None:
    """The real system call fails each time."""
    command = [sys.executable, "-m", "chemfs", "import", "--json", str(source), str(tmp_path / "library")]
    fault = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=syncfs", "-e", "inject=syncfs:error=EIO"]
    done = subprocess.run([*fault, *command], capture_output=True, text=True, check=True)
    assert (json.loads(done.stdout)["states"], json.loads(done.stdout)["problems"]) == (5, [])
    assert import_shoot(source, tmp_path / "library").unchanged == 5
