"""Files of other programs among the refs and the objects: skipped, named, and not taken for damage."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chemigram_core.errors import RefDamaged
from chemigram_core.repository import MAIN, Repository
from tests.chemfs.verbs.answer import Chemfs
from tests.support.by_path import ByPath

NAMES = [
    "desktop.ini",
    ".DS_Store",
    "Thumbs.db",
    "main.swp",
    ".main.swp",
    "main~",
    "#main#",
    "sub/desktop.ini",
    "a b.ini",
]
CONTENTS = [b"", b"[.ShellClassInfo]\r\n", b"\0\1\2" * 2000, b"x" * 65, b"0" * 63]
FOLDERS = ["refs", "refs/heads", "refs/tags", "objects", "objects/00"]


def plant(root: Path, folder: str, name: str, content: bytes) -> Path:
    path = root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", CONTENTS, ids=range(len(CONTENTS)))
@pytest.mark.parametrize("name", NAMES)
def test_alien_file_among_the_branches_is_skipped(chemfs: Chemfs, repository: str, name: str, content: bytes) -> None:
    root = Path(repository)
    plant(root, "refs/heads", name, content)
    answer = chemfs("branch", repository)
    assert (answer.code, answer.out.split()[:2]) == (0, ["*", "main"])
    assert len(answer.out.splitlines()) == 1
    assert (
        answer.error == f"chemfs: warning: ignored refs/heads/{name}, which is another program's file; move it away\n"
    )
    assert chemfs("branch", repository, name).code == 3
    gone = chemfs("gc", repository, "--keep-days", 0)
    assert (gone.code, f"refs/heads/{name}" in gone.error) == (0, True)
    assert chemfs("log", repository).code == chemfs("show", repository, "main").code == 0
    checked = chemfs("fsck", repository, "--json")
    assert (checked.code, [finding["problem"] for finding in json.loads(checked.out)]) == (0, ["alien"])
    assert ByPath(root).names("heads") == ["main"]


@pytest.mark.parametrize("name", ["desktop.ini", ".DS_Store", "Thumbs.db"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_alien_file_is_not_damage_in_any_folder(chemfs: Chemfs, repository: str, folder: str, name: str) -> None:
    path = plant(Path(repository), folder, name, b"x")
    for verb in ("branch", "tag", "gc", "log", "status", "masks"):
        assert chemfs(verb, repository).code == 0
    answer = chemfs("fsck", repository, "--repair")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "no problems found")
    assert path.relative_to(repository).as_posix() in answer.out or folder == "refs"
    assert path.read_bytes() == b"x"
    for place in ("heads", "tags", "snapshots"):
        view = ByPath(Path(repository))
        for shown in view.names(place):
            assert view.names(f"{place}/{shown}")


def test_damaged_ref_named_in_the_log_is_not_an_alien(chemfs: Chemfs, repository: str) -> None:
    (Path(repository) / "refs/tags/v1_export").write_bytes(b"[.ShellClassInfo]")
    assert chemfs("tag", repository).code == 4
    assert chemfs("gc", repository).code == 4
    assert "ref-damaged" in chemfs("fsck", repository, "--json").out


def test_without_a_log_any_file_may_be_a_damaged_ref(repository: str) -> None:
    (Path(repository) / "log.jsonl").unlink()
    (Path(repository) / "refs/heads/main").write_bytes(b"?")
    with pytest.raises(RefDamaged):
        Repository(Path(repository)).refs.read(MAIN)


def test_branch_created_by_hand_is_a_branch(chemfs: Chemfs, repository: str) -> None:
    root = Path(repository)
    os.link(root / "refs/heads/main", root / "refs/heads/by-hand")
    assert "by-hand" in chemfs("branch", repository).out
    assert chemfs("fsck", repository).code == 0
