"""Imports while others save in the same repositories, while another import runs, and on a disk that fails."""

from __future__ import annotations

import ctypes
import errno
from pathlib import Path
from threading import Thread

import pytest

from chemigram_core import fsck
from chemigram_core.durable import filesystem
from chemigram_core.operations.save import Saved, save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.shoot.importer import import_shoot
from tests.support.builders import sidecar
from tests.support.shoots import edit, repositories, shoot, tips

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


@pytest.mark.parametrize("failing", range(1, SYNCS_OF_A_CHANGE + 1))
def test_import_continues_after_a_failed_disk(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    library = tmp_path / "library"
    import_shoot(source, library)
    before = {path: dict(found) for path, found in repositories(library).items()}
    edit(source, "1.NEF.xmp", 500)
    edit(source, "0_01.NEF.xmp", 501, "warm")
    edit(source, "0.NEF.xmp", 502)
    lines = {path: (library / path / "log.jsonl").read_bytes() for path in before if before[path]}
    calls = []

    def fail(_: int) -> int:
        calls.append(1)
        ctypes.set_errno(errno.EIO)
        return -1 if len(calls) == failing else 0

    with monkeypatch.context() as patch:
        patch.setattr(filesystem, "_syncfs", fail)
        with pytest.raises(OSError) as raised:
            import_shoot(source, library)
    assert raised.value.errno == errno.EIO
    if failing == 1:
        assert repositories(library) == before, "objects or log lines are not durable: no ref moves"
        assert {path: (library / path / "log.jsonl").read_bytes() for path in lines} == lines, "they are taken back"
    for path in before:
        found = fsck.check(library / path)
        assert [one for one in found if one.problem is not fsck.Problem.UNLOGGED] == [], "objects may lack their line"
    import_shoot(source, library)
    assert tips(library / "wedding/1.NEF") != before["wedding/1.NEF"]
    assert len(past(Repository(library / "wedding/1.NEF"))) == 2
    assert import_shoot(source, library).states == 0
