"""States that are written back into the shoot: what was there is saved, and the next import finds no new edit."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

import chemigram_core
from chemigram_core import fsck, gc
from chemigram_core.digest import Digest
from chemigram_core.durable import exchange as exchange_module
from chemigram_core.errors import NoState
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import create_tag, rename_branch
from chemigram_core.operations.save import Saved, Unchanged, save_mask, save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll_file import read_numbers
from chemigram_core.shoot import restore as restore_module
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.shoot.restore import NotItsSidecar, restore_to
from chemigram_core.shoot.sidecar_file import UnusableSidecar
from chemigram_core.sidecar import parse
from tests.support.builders import mask, saves, sidecar, snapshots
from tests.support.shoots import edit, image, shoot, tips

WARM = BranchName("warm")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return shoot(tmp_path / "wedding")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def repository(source: Path, library: Path) -> Repository:
    """Image 1 with three states on main, the latest in its sidecar; the first is tagged."""
    import_shoot(source, library)
    repository = Repository(library / "wedding" / "1.NEF")
    create_tag(repository, TagName("v1"))
    for exposure in (500, 501):
        edit(source, "1.NEF.xmp", exposure)
        import_shoot(source, library)
    return repository


def test_restore_moves_the_file_and_its_branch_and_creates_nothing(
    repository: Repository, source: Path, library: Path
) -> None:
    first, objects = repository.resolve("v1"), len(snapshots(repository))
    restored = restore_to(repository, first, source / "1.NEF.xmp")
    assert (restored.branch, restored.outcome, restored.kept) == (MAIN, Saved(first, exposure(501)), None)
    assert (source / "1.NEF.xmp").read_bytes() == parse(sidecar(1)).canonical()
    assert repository.tip(MAIN) == first
    assert len(snapshots(repository)) == objects, "a return makes no new object"
    assert repository.history.parent(first) is None, "and gives the state no other parent"
    before = saves(repository)
    report = import_shoot(source, library)
    assert (report.states, report.unchanged, report.problems) == (0, 5, [])
    assert saves(repository) == before
    gc.collect(repository, timedelta(0))
    assert len(snapshots(repository)) == objects, "former tips of the branch stay"
    assert fsck.check(repository.root) == []


def exposure(value: int) -> Digest:
    return parse(sidecar(value)).digest


def test_the_next_edit_follows_the_restored_state(repository: Repository, source: Path, library: Path) -> None:
    restore_to(repository, repository.resolve("v1"), source / "1.NEF.xmp")
    edit(source, "1.NEF.xmp", 777)
    report = import_shoot(source, library)
    assert (report.states, report.problems) == (1, [])
    assert repository.history.parent(repository.tip(MAIN)) == repository.resolve("v1")


def test_unsaved_edit_is_saved_first(repository: Repository, source: Path) -> None:
    edit(source, "1.NEF.xmp", 900)
    restore_to(repository, repository.resolve("v1"), source / "1.NEF.xmp")
    assert saves(repository)[-2:] == [exposure(900), exposure(1)]


def test_rewriting_the_restored_file_in_darktable_is_not_an_edit(
    repository: Repository, source: Path, library: Path
) -> None:
    restore_to(repository, repository.resolve("v1"), source / "1.NEF.xmp")
    edit(source, "1.NEF.xmp", 1, timestamp=99)
    assert import_shoot(source, library).states == 0


def test_branch_moved_in_a_mount_is_restored_too(repository: Repository, source: Path, library: Path) -> None:
    save_xmp(repository, MAIN, sidecar(800))
    assert restore_to(repository, repository.resolve("v1"), source / "1.NEF.xmp").outcome.digest == exposure(1)
    edit(source, "1.NEF.xmp", 801)
    assert import_shoot(source, library).problems == [], "the file is what the branch is: no edit in two places"


def test_masks_come_back_with_the_state(repository: Repository, source: Path, library: Path) -> None:
    with_mask = save_mask(repository, MAIN, MaskName("sky"), mask()).digest
    edit(source, "1.NEF.xmp", 600)
    import_shoot(source, library)
    save_xmp(repository, MAIN, sidecar(601), without=repository.state(repository.tip(MAIN)).masks)
    assert not repository.state(repository.tip(MAIN)).masks
    restore_to(repository, with_mask, source / "1.NEF.xmp")
    assert set(repository.state(repository.tip(MAIN)).masks) == {"sky"}
    assert (repository.root / "masks" / "sky.png").read_bytes() == mask()
    assert import_shoot(source, library).states == 0


def test_a_state_is_restored_to_a_duplicate_on_its_own_branch(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding" / "0.NEF")
    rename_branch(repository, WARM, BranchName("evening"))
    before = tips(repository.root)
    restored = restore_to(repository, repository.tip(MAIN), source / "0_01.NEF.xmp")
    assert restored.branch == "evening"
    after = tips(repository.root)
    assert {branch for branch in after if after[branch] != before[branch]} == {"evening"}
    assert after["evening"] == before["main"]
    assert import_shoot(source, library).states == 0


def test_a_new_duplicate_gets_a_branch_and_a_number(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding" / "0.NEF")
    restored = restore_to(repository, repository.tip(WARM), source / "0_07.NEF.xmp")
    assert restored.branch == "warm-07", "the branch of another sidecar is not its own"
    assert {number: given.branch for number, given in read_numbers(repository.root).items()} == {
        0: "main",
        1: "warm",
        3: "version-03",
        7: "warm-07",
    }
    assert import_shoot(source, library).states == 0


def test_an_image_without_a_sidecar_gets_one(source: Path, library: Path) -> None:
    import_shoot(source, library)
    repository = Repository(library / "wedding" / "more" / "z.jpg")
    state = save_xmp(repository, BranchName("try"), sidecar(3)).digest
    assert restore_to(repository, state, source / "more" / "z.jpg.xmp").branch == MAIN
    assert import_shoot(source, library).states == 0


@pytest.mark.parametrize("broken", [b"", b"<x", sidecar(9)[:300]])
def test_invalid_sidecar_is_kept_and_replaced(repository: Repository, source: Path, broken: bytes) -> None:
    path = source / "1.NEF.xmp"
    path.write_bytes(broken)
    kept = restore_to(repository, repository.resolve("v1"), path).kept
    assert (kept is not None) is bool(broken)
    assert path.read_bytes() == parse(sidecar(1)).canonical()
    if kept is not None:
        assert (repository.root / "rejected" / kept.file_name).read_bytes() == broken
        assert str(path) in kept.reason


def test_permissions_and_links_are_kept(repository: Repository, source: Path, tmp_path: Path) -> None:
    path, target = source / "1.NEF.xmp", tmp_path / "elsewhere.xmp"
    path.rename(target)
    path.symlink_to(target)
    target.chmod(0o640)
    restore_to(repository, repository.resolve("v1"), path)
    assert path.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.read_bytes() == parse(sidecar(1)).canonical()
    assert sorted(os.listdir(tmp_path)) == ["elsewhere.xmp", "library", "wedding"]


def test_concurrent_write_is_saved_too(repository: Repository, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, written = source / "1.NEF.xmp", [sidecar(910), sidecar(911)]

    def write_meanwhile(path: Path, before: bytes | None, after: bytes) -> bool:
        if written:
            path.write_bytes(written.pop(0))
        return exchange_module.exchange(path, before, after)

    monkeypatch.setattr(restore_module, "exchange", write_meanwhile)
    restore_to(repository, repository.resolve("v1"), path)
    assert path.read_bytes() == parse(sidecar(1)).canonical()
    assert {exposure(910), exposure(911)} < set(saves(repository))
    assert repository.tip(MAIN) == exposure(1)


@pytest.mark.parametrize("step", ["exchange", "_remember"])
def test_import_after_an_interrupted_restore_finds_no_edit(
    repository: Repository, source: Path, library: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def stop(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(restore_module, step, stop)
    with pytest.raises(KeyboardInterrupt):
        restore_to(repository, repository.resolve("v1"), source / "1.NEF.xmp")
    report = import_shoot(source, library)
    assert (report.states, report.problems) == (0, [])
    assert repository.tip(MAIN) == exposure(1)


def test_the_same_edit_again_changes_no_branch(repository: Repository, source: Path, library: Path) -> None:
    edit(source, "1.NEF.xmp", 501, timestamp=99)
    restored = restore_to(repository, repository.tip(MAIN), source / "1.NEF.xmp")
    assert restored.outcome == Unchanged(exposure(501))
    assert import_shoot(source, library).states == 0


def test_other_files_are_refused(repository: Repository, source: Path, tmp_path: Path) -> None:
    state = repository.resolve("v1")
    image(source, "1_02.NEF")
    other = image(tmp_path / "other", "1.NEF").with_name("1.NEF.xmp")
    os.mkfifo(source / "1_09.NEF.xmp")
    for path in (source / "2.NEF.xmp", source / "1.NEF", source / "1_02.NEF.xmp", source / "1.xmp", other):
        before = path.read_bytes() if path.exists() else None
        with pytest.raises(NotItsSidecar, match=r"is not a sidecar of .*1\.NEF"):
            restore_to(repository, state, path)
        assert (path.read_bytes() if path.exists() else None) == before
    with pytest.raises(UnusableSidecar, match="not an ordinary file"):
        restore_to(repository, state, source / "1_09.NEF.xmp")
    (source / "1.NEF").unlink()
    with pytest.raises(NotItsSidecar, match="the image of the repository is missing"):
        restore_to(Repository(repository.root), state, source / "1.NEF.xmp")
    assert repository.tip(MAIN) == exposure(501)


def test_restore_is_in_the_public_face(repository: Repository, source: Path) -> None:
    face = chemigram_core.open(repository.root)
    assert face.restore_to("v1", str(source / "1.NEF.xmp")) == chemigram_core.Saved(
        face.state("v1").digest, face.log(limit=1)[0].parent
    )
    with pytest.raises(NoState):
        chemigram_core.init(source.parent / "empty").restore("HEAD")
