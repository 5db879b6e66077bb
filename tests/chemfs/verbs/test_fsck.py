"""fsck on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.tree.heads.draft_files import DraftFiles
from chemigram_core.names import BranchName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import Repository
from tests.chemfs.verbs.answer import Chemfs
from tests.support.builders import sidecar


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "r")
    save_xmp(made, BranchName("main"), sidecar())
    return made


def test_a_healthy_repository(chemfs: Chemfs, repository: Repository) -> None:
    answer = chemfs("fsck", repository.root)
    assert (answer.code, answer.out) == (0, "no problems found\n")
    assert chemfs("fsck", repository.root, "--json").json == []


def test_a_problem_is_reported_repaired_and_gone(chemfs: Chemfs, repository: Repository) -> None:
    (repository.root / "refs/heads/main").write_text("")
    report = chemfs("fsck", repository.root)
    assert (report.code, report.out.count("\n")) == (1, 2)
    assert "refs/heads/main: " in report.out
    (repaired,) = chemfs("fsck", repository.root, "--repair", "--json").json
    assert repaired["problem"] == "ref-damaged"
    assert "restored to" in repaired["repair"]
    assert chemfs("fsck", repository.root).code == 0


def test_missing_head_does_not_stop_the_check(chemfs: Chemfs, repository: Repository) -> None:
    (repository.root / "HEAD").unlink()
    assert chemfs("log", repository.root).code == 3
    assert chemfs("fsck", repository.root, "--repair").code == 1
    assert chemfs("log", repository.root).code == 0


def test_leftovers_of_a_killed_mount_are_named_and_moved_aside(chemfs: Chemfs, repository: Repository) -> None:
    path = DraftFiles(repository.root).path("heads/main/image.xmp")
    DraftFiles(repository.root).prepare()
    path.write_bytes(b"half")
    assert ".drafts" in chemfs("fsck", repository.root).out
    assert chemfs("fsck", repository.root, "--repair").code == 1
    assert [kept.read_bytes() for kept in (repository.root / "lost+found").iterdir()] == [b"half"]
    assert chemfs("fsck", repository.root).code == 0


def test_folder_that_is_not_a_repository_is_refused(chemfs: Chemfs, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("photos", "nowhere"):
        assert chemfs("fsck", tmp_path / name).code == 3
