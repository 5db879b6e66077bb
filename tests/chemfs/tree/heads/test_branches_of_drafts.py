"""An open file belongs to the branch on which it was opened, even if that is renamed or deleted meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chemfs.mount import errnos
from chemigram_core.digest import Digest
from chemigram_core.errors import RefMissing
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import checkout, create_branch, delete_branch, rename_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, picture, sidecar
from tests.support.by_path import ByPath

WARM, WARMER, HOT = BranchName("warm"), BranchName("warmer"), BranchName("hot")
FILES = {"image.xmp": sidecar(9), "a.tif.xmp": sidecar(9), "masks/sky.png": mask(9), "masks/new.png": mask(9)}


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    repository = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    save_xmp(repository, MAIN, sidecar(1), mask_files={MaskName("sky"): mask(1)})
    create_branch(repository, WARM)
    save_xmp(repository, WARM, sidecar(2))
    return ByPath(repository.root)


def copy_the_log(repository: Repository) -> None:
    """By a second name, as `cp -al` makes: the next line goes into a copy that takes the log's place."""
    (repository.root / "backup").hardlink_to(repository.root / "log.jsonl")


def rename_twice(repository: Repository) -> None:
    rename_branch(repository, WARM, WARMER)
    rename_branch(repository, WARMER, HOT)


def rename_and_make_anew(repository: Repository) -> None:
    rename_twice(repository)
    create_branch(repository, WARM, "main")


def rename_heads(repository: Repository) -> None:
    checkout(repository, OnBranch(WARM))
    rename_twice(repository)


def rename_in_a_copied_log(repository: Repository) -> None:
    copy_the_log(repository)
    rename_twice(repository)


def rename_with_a_torn_line(repository: Repository) -> None:
    rename_twice(repository)
    with (repository.root / "log.jsonl").open("ab") as log:
        log.write(b'{"op": "checko')


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize(
    "rename",
    [
        rename_twice,
        rename_and_make_anew,
        rename_heads,
        rename_in_a_copied_log,
        rename_with_a_torn_line,
    ],
)
def test_open_file_is_saved_on_its_branch_after_others_rename_it(
    view: ByPath, path: str, rename: Callable[[Repository], None]
) -> None:
    repository = Repository(view.store)
    before = repository.tip(WARM)
    opened = view.open(f"/heads/warm/{path}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    opened.write(FILES[path], 0)
    rename(repository)
    main = repository.tip(MAIN)
    opened.flush()
    opened.release()
    assert repository.history.parent(repository.tip(HOT)) == before
    masks = repository.state(repository.tip(HOT)).masks
    if path.endswith(".png"):
        assert masks[MaskName(Path(path).stem)] == Digest.of(mask(9))
    else:
        assert set(masks) == {"sky"}
    assert repository.tip(MAIN) == main
    assert repository.refs.read(WARM) == (main if rename is rename_and_make_anew else None)


def delete(repository: Repository) -> None:
    delete_branch(repository, WARM)


def delete_and_make_anew(repository: Repository) -> None:
    tip = repository.tip(WARM)
    delete_branch(repository, WARM)
    create_branch(repository, WARM, tip)


def delete_and_make_anew_in_a_copied_log(repository: Repository) -> None:
    copy_the_log(repository)
    delete_and_make_anew(repository)


def delete_and_rename_another(repository: Repository) -> None:
    delete_branch(repository, WARM)
    rename_branch(repository, MAIN, WARM)


def delete_after_a_rename(repository: Repository) -> None:
    rename_twice(repository)
    delete_branch(repository, HOT)


def move_without_the_log(repository: Repository) -> None:
    refs = repository.root / "refs" / "heads"
    (refs / "warm").rename(refs / "hot")


def move_heads_without_the_log(repository: Repository) -> None:
    checkout(repository, OnBranch(WARM))
    move_without_the_log(repository)


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize(
    "end",
    [
        delete,
        delete_and_make_anew,
        delete_and_make_anew_in_a_copied_log,
        delete_and_rename_another,
        delete_after_a_rename,
        move_without_the_log,
        move_heads_without_the_log,
    ],
)
def test_save_on_a_branch_deleted_by_others_is_rejected_and_kept(
    view: ByPath, path: str, end: Callable[[Repository], None]
) -> None:
    repository = Repository(view.store)
    opened = view.open(f"/heads/warm/{path}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    opened.write(FILES[path], 0)
    end(repository)
    tips = {name: repository.refs.read(name) for name in repository.refs.branches()}
    with pytest.raises(RefMissing, match="deleted meanwhile") as refused:
        opened.flush()
    assert errnos.number(refused.value)
    opened.release()
    assert {name: repository.refs.read(name) for name in repository.refs.branches()} == tips
    (save,) = repository.rejected.all()
    assert "deleted meanwhile" in save.reason
    assert (view.store / "rejected" / save.file_name).read_bytes() == FILES[path]


def test_first_save_needs_no_branch(tmp_path: Path) -> None:
    view = ByPath(Repository.init(tmp_path / "repository").root)
    view.write("/heads/main/image.xmp", sidecar(1))
    assert Repository(view.store).refs.branches() == [MAIN]
