"""Other programs' files, also for a user other than root."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chemfs.tree.heads.scratch import Scratch
from chemigram_core.errors import NotAFile
from chemigram_core.names import BranchName
from chemigram_core.repository import MAIN
from chemigram_core.scratch import move, parts_of

SOMEBODY = pwd.getpwnam("nobody").pw_uid


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of an unprivileged user, as whom the test runs, so that file modes apply."""
    with tempfile.TemporaryDirectory() as name:
        user = os.geteuid()
        if user == 0:
            os.chown(name, SOMEBODY, -1)
            os.seteuid(SOMEBODY)
        yield Path(name)
        os.seteuid(user)


@pytest.mark.parametrize("mode", [0o000, 0o200, 0o444])
def test_any_mode_can_be_changed_back(home: Path, mode: int) -> None:
    scratch = Scratch(home, parts_of(MAIN))
    scratch.write(("notes",), b"text")
    scratch.set_mode(("notes",), mode)
    scratch.set_mode(("notes",), 0o640)
    assert stat.S_IMODE(scratch.stat(("notes",)).st_mode) == 0o640


def test_link_to_the_outside_is_not_followed(home: Path) -> None:
    (home / "outside").write_bytes(b"")
    (home / "outside").chmod(0o600)
    scratch = Scratch(home, parts_of(MAIN))
    scratch.symlink(str(home / "outside"), ("link",))
    with pytest.raises(OSError):
        scratch.set_mode(("link",), 0o666)
    for flags in (os.O_RDONLY, os.O_WRONLY | os.O_TRUNC):
        with pytest.raises(OSError):
            scratch.open(("link",), flags)
    assert stat.S_IMODE((home / "outside").stat().st_mode) == 0o600


def test_a_fifo_is_refused_and_leaves_no_descriptor_open(home: Path) -> None:
    scratch = Scratch(home, parts_of(MAIN))
    scratch.write(("notes",), b"text")
    os.mkfifo(scratch.path(("fifo",)))
    before = os.listdir("/proc/self/fd")
    with pytest.raises(NotAFile):
        scratch.open(("fifo",), os.O_RDONLY)
    assert os.listdir("/proc/self/fd") == before


def test_file_created_during_a_move_is_moved_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = Scratch(tmp_path, parts_of(MAIN))
    scratch.write(("notes",), b"text")
    making, rename = threading.Thread(target=scratch.write, args=(("more",), b"text")), os.rename

    def rename_meanwhile(*arguments: Any, **options: Any) -> None:
        rename(*arguments, **options)
        making.start()
        making.join(0.2)

    with monkeypatch.context() as slow:
        slow.setattr("chemigram_core.scratch.os.rename", rename_meanwhile)
        with scratch.moved(BranchName("new")):
            move(tmp_path, MAIN, BranchName("new"))
    making.join()
    assert sorted(os.listdir(tmp_path / "scratch" / "new")) == ["more", "notes"]
    assert os.listdir(tmp_path / "scratch") == ["new"]
