"""Other programs' files belong to their branch: one rule for the library, the command line and the mount."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from chemfs.cli.main import main
from chemfs.mount import errnos
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import create_branch, delete_branch, rename_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.refs import Refs
from chemigram_core.repository import MAIN, Repository
from chemigram_core.scratch import FilesInBranch
from tests.support.builders import sidecar
from tests.support.by_path import ByPath

WARM, HOT, DEEP = BranchName("warm"), BranchName("hot"), BranchName("deep/hot")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "repository")
    save_xmp(made, MAIN, sidecar())
    create_branch(made, WARM)
    return made


def put(repository: Repository, *parts: str) -> Path:
    path = repository.root.joinpath("scratch", *parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"theirs")
    return path


def scratch(repository: Repository) -> list[str]:
    """All files and empty folders."""
    root = repository.root / "scratch"
    return sorted(
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() or not any(path.iterdir())
    )


@pytest.mark.parametrize("new", [HOT, DEEP])
def test_scratch_files_move_with_a_renamed_branch(repository: Repository, new: BranchName) -> None:
    put(repository, WARM, "exported", "a.jpg")
    rename_branch(repository, WARM, new)
    assert scratch(repository) == [f"{new}/exported/a.jpg"]
    assert ByPath(repository.root).read(f"/heads/{new}/exported/a.jpg") == b"theirs"
    create_branch(repository, WARM)
    assert "exported" not in ByPath(repository.root).names("/heads/warm")


def test_failed_rename_leaves_scratch_files(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    put(repository, WARM, "notes")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as failing, pytest.raises(OSError, match="full"):
        failing.setattr(Refs, "create", fail)
        rename_branch(repository, WARM, HOT)
    assert scratch(repository) == ["warm/notes"]
    assert repository.refs.branches() == [MAIN, WARM]


def test_branch_with_scratch_files_cannot_be_deleted(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository, WARM, "exported", "a.jpg")
    with pytest.raises(FilesInBranch):
        delete_branch(repository, WARM)
    assert main(["branch", str(repository.root), "warm", "--delete"]) == 3
    assert "'scratch/warm' of the repository; move them away, then repeat" in capsys.readouterr().err
    with pytest.raises(FilesInBranch) as refused:
        ByPath(repository.root).folder("/heads").remove_folder("warm")
    assert errnos.number(refused.value) == errno.ENOTEMPTY
    assert repository.refs.branches() == [MAIN, WARM]
    assert scratch(repository) == ["warm/exported/a.jpg"]


@pytest.mark.parametrize("by_mount", [False, True])
def test_empty_folders_are_removed_with_their_branch(repository: Repository, *, by_mount: bool) -> None:
    put(repository, WARM, "exported", "deep", "a.jpg").unlink()
    put(repository, MAIN, "notes")
    if by_mount:
        ByPath(repository.root).folder("/heads").remove_folder("warm")
    else:
        delete_branch(repository, WARM)
    assert scratch(repository) == ["main/notes"]


def test_new_branch_starts_without_scratch_files(repository: Repository) -> None:
    put(repository, HOT, "notes")
    with pytest.raises(FilesInBranch):
        create_branch(repository, HOT)
    with pytest.raises(FilesInBranch):
        rename_branch(repository, WARM, HOT)
    assert repository.refs.branches() == [MAIN, WARM]


@pytest.mark.parametrize("parts", [("scratch",), ("scratch", "warm")])
def test_link_in_place_of_the_folder_is_not_followed(
    repository: Repository, tmp_path: Path, parts: tuple[str, ...]
) -> None:
    outside = tmp_path / "outside"
    (outside / "warm" / "empty").mkdir(parents=True)
    link = repository.root.joinpath(*parts)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside)
    rename_branch(repository, WARM, HOT)
    create_branch(repository, WARM)
    delete_branch(repository, WARM)
    assert os.listdir(outside) == ["warm"]
    assert os.listdir(outside / "warm") == ["empty"]
