"""What a repository is made of has the modes that the umask allows, also in a process that has to be without one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core.durable import creation
from chemigram_core.durable.folder import Folder


@pytest.fixture(params=[0o022, 0o077, 0o002], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)
    creation.withhold(0)


def modes(root: Path) -> list[int]:
    """The modes of a folder, a written file and an appended one."""
    with Folder.make(root, "folder") as folder:
        folder.write("written", b"x")
        with folder.append("appended", b"x") as append:
            append.sync()
    made = (root / "folder", root / "folder" / "written", root / "folder" / "appended")
    return [stat.S_IMODE(path.stat().st_mode) for path in made]


def test_withheld_bits_act_as_an_umask(tmp_path: Path, umask: int) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    expected = modes(tmp_path / "with")
    assert expected == [0o777 & ~umask, 0o644 & ~umask, 0o644 & ~umask]
    creation.withhold(os.umask(0))
    assert modes(tmp_path / "without") == expected
