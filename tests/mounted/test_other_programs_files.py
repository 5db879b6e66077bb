"""Other programs' files on a real mount: hard links are one file, and git and rsync find them so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.mounted.conftest import Mounted

pytestmark = pytest.mark.needs_fuse

GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")


def run(*command: str | Path, folder: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_ino, status.st_nlink


def test_everything_listed_before_the_first_save_exists(mount: Mounted) -> None:
    for folder, folders, files in os.walk(mount.path):
        for name in (*folders, *files):
            Path(folder, name).lstat()
    assert "log.jsonl" not in os.listdir(mount.path)


def test_hard_links_share_an_inode_and_are_counted(mount: Mounted) -> None:
    one, two, three = (mount.branch / name for name in ("one", "two", "folder/three"))
    one.write_bytes(b"text")
    three.parent.mkdir()
    before = identity(one)
    assert before[1] == 1
    two.hardlink_to(one)
    three.hardlink_to(two)
    assert identity(one) == identity(two) == identity(three) == (before[0], 3)
    with two.open("r+b") as file:
        assert os.fstat(file.fileno()).st_ino == before[0]
        file.write(b"more")
    assert one.read_bytes() == three.read_bytes() == b"more"
    with one.open("rb") as file:
        one.unlink()
        assert (os.fstat(file.fileno()).st_ino, os.fstat(file.fileno()).st_nlink) == (before[0], 2)
    two.rename(mount.branch / "four")
    assert identity(mount.branch / "four") == identity(three) == (before[0], 2)
    (mount.branch / "other").write_bytes(b"text")
    assert identity(mount.branch / "other")[0] != before[0]


@pytest.mark.needs_program("git")
def test_git_clones_a_repository_in_a_branch_folder(mount: Mounted) -> None:
    work = mount.branch / "work"
    work.mkdir()
    run(*GIT, "init", "-q", folder=work)
    (work / "notes").write_bytes(b"text")
    run(*GIT, "add", "notes", folder=work)
    run(*GIT, "commit", "-qm", "notes", folder=work)
    run(*GIT, "clone", "-q", "--local", "work", "copy", folder=mount.branch)
    assert (mount.branch / "copy" / "notes").read_bytes() == b"text"
    objects = list((work / ".git" / "objects").glob("??/*"))
    assert objects
    assert {path.lstat().st_nlink for path in objects} == {2}
    assert run(*GIT, "status", "--short", folder=mount.branch / "copy") == ""


@pytest.mark.needs_program("rsync")
def test_second_rsync_of_hard_links_changes_nothing(mount: Mounted, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir(0o700)  # as the folder around it: a mount lets nobody in whom that keeps out
    (source / "one").write_bytes(b"text")
    (source / "one").chmod(0o600)
    (source / "two").hardlink_to(source / "one")
    target = mount.branch / "target"
    assert "two" in run("rsync", "-aHi", f"{source}/", f"{target}/")
    assert identity(target / "one") == identity(target / "two")
    assert run("rsync", "-aHi", f"{source}/", f"{target}/") == ""
    assert " => " in run("rsync", "-aHi", f"{target}/", f"{tmp_path / 'back'}/")
    assert run("rsync", "-aHi", f"{target}/", f"{tmp_path / 'back'}/") == ""
