"""A folder of the repository that is swapped for a link while files are open: nothing outside is read or changed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from chemfs.tree.heads.orphaned_drafts import hand_back
from chemigram_core.errors import ChemigramError
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import create_branch, rename_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, sidecar
from tests.support.by_path import ByPath

SECRET = b"a secret of another user"
FOLDERS = ["scratch", "scratch/.drafts", "scratch/main", "rejected"]

Swap = Callable[[], None]


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar())
    create_branch(repository, BranchName("warm"))
    view = ByPath(repository.root)
    view.write("/heads/main/notes", b"theirs")
    with suppress(ChemigramError):
        view.write("/heads/main/image.xmp", b"not valid")
    return view


def save(view: ByPath, swap: Swap, data: bytes, path: str = "/heads/main/image.xmp") -> None:
    opened = view.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    opened.write(data, 0)
    swap()
    for end in (opened.flush, opened.flush, opened.release):
        with suppress(ChemigramError, OSError):
            end()


def rename_onto_the_state(view: ByPath, swap: Swap) -> None:
    opened = view.open("/heads/main/new", os.O_WRONLY | os.O_CREAT)
    opened.write(sidecar(7), 0)
    swap()
    with suppress(ChemigramError, OSError):
        view.rename("/heads/main/new", "/heads/main/image.xmp")
    for end in (opened.flush, opened.release):
        with suppress(ChemigramError, OSError):
            end()


def use_scratch(view: ByPath, swap: Swap) -> None:
    folder = view.folder("/heads/main")
    opened = view.open("/heads/main/notes", os.O_RDWR)
    swap()
    for use in (
        lambda: opened.write(b"more", 0),
        opened.flush,
        opened.release,
        lambda: view.read("/heads/main/notes"),
        lambda: view.write("/heads/main/notes", b"more"),
        lambda: view.rename("/heads/main/notes", "/heads/main/others"),
        lambda: folder.remove("notes"),
        lambda: folder.make_folder("folder", 0o755),
        lambda: folder.make_link("link", "notes"),
        lambda: folder.lookup("notes").set_mode(0o777),
        lambda: folder.lookup("notes").set_times((0, 0)),
        lambda: view.rename("/heads/main/notes", "/heads/main/image.xmp"),
        lambda: rename_branch(Repository(view.store), MAIN, BranchName("other")),
    ):
        with suppress(ChemigramError, OSError):
            use()


def look_for_orphans(view: ByPath, swap: Swap) -> None:
    drafts = view.store / "scratch" / ".drafts"
    drafts.mkdir(exist_ok=True)
    (drafts / "0-main-image.xmp").write_bytes(sidecar(8))
    swap()
    with suppress(OSError):
        hand_back(view.store)


ACTIONS = {
    "save": lambda view, swap: save(view, swap, sidecar(7)),
    "save a mask": lambda view, swap: save(view, swap, mask(7), "/heads/main/masks/sky.png"),
    "refuse": lambda view, swap: save(view, swap, b"not valid either"),
    "rename": rename_onto_the_state,
    "scratch": use_scratch,
    "hand back": look_for_orphans,
}


def files(folder: Path) -> dict[str, tuple[bytes, int, int, int]]:
    """Content, mode, number of links and time of all files in a folder."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), *identity(path.stat())) for path in paths}


def identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mode, status.st_nlink, status.st_mtime_ns


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", FOLDERS)
def test_nothing_outside_is_read_or_changed(view: ByPath, tmp_path: Path, name: str, action: str) -> None:
    """The link leads to a folder with files of the same names."""
    inside, outside = view.store / name, tmp_path / "outside"
    found = []

    def swap() -> None:
        inside.parent.mkdir(exist_ok=True)
        if inside.exists():
            shutil.copytree(inside, outside)
            inside.rename(tmp_path / "swapped")
        outside.mkdir(exist_ok=True)
        (outside / "more").write_bytes(SECRET)
        for path in outside.rglob("*"):
            if path.is_file():
                path.write_bytes(SECRET)
        inside.symlink_to(outside)
        found.append(files(outside))

    ACTIONS[action](view, swap)
    assert [files(outside)] == found
    assert not [path for path, (data, *_) in files(view.store).items() if SECRET in data and not path.startswith(name)]


def test_drafts_and_rejected_files_are_private_to_the_owner(view: ByPath) -> None:
    opened = view.open("/heads/main/image.xmp", os.O_WRONLY | os.O_TRUNC)
    opened.write(b"not valid either", 0)
    drafts = list((view.store / "scratch" / ".drafts").iterdir())
    with suppress(ChemigramError):
        opened.flush()
    kept = [*drafts, *(view.store / "rejected").iterdir()]
    assert len(kept) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    opened.release()
