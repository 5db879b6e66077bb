"""Drafts that a killed mount left, as the next mount finds them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemfs.tree.heads.orphaned_drafts import findings, hand_back
from chemigram_core.durable.in_use import is_in_use, mark_in_use
from chemigram_core.fsck import Finding
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.refs import create_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, sidecar
from tests.support.memory import forget_everything

WARM = BranchName("warm")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "repository")
    save_xmp(made, MAIN, sidecar(1), mask_files={MaskName("sky"): mask(1)})
    create_branch(made, WARM)
    save_xmp(made, WARM, sidecar(2))
    return made


def leave(repository: Repository, name: str, content: bytes) -> Path:
    """A draft of a mount that was killed."""
    path = repository.root / "scratch" / ".drafts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def kept(repository: Repository) -> set[bytes]:
    root = repository.root / "rejected"
    return {(root / save.file_name).read_bytes() for save in repository.rejected.all()}


@pytest.mark.parametrize("damaged", [MAIN, WARM])
def test_damaged_tip_or_draft_does_not_stop_the_other_drafts(repository: Repository, damaged: BranchName) -> None:
    tip = repository.tip(damaged)
    (repository.root / "objects" / tip[:2] / f"{tip[2:]}.xmp").write_bytes(b"damaged")
    forget_everything()
    saved = {MAIN: sidecar(1), WARM: sidecar(2)}
    for number, (branch, content) in enumerate(saved.items()):
        leave(repository, f"{number}-{branch}-image.xmp", content)
    leave(repository, "2-main-image.xmp", sidecar(8))
    leave(repository, "3-warm-masks-sky.png", mask(8))
    leave(repository, "4-main-image.xmp", b"")
    os.mkfifo(repository.root / "scratch" / ".drafts" / "0-fifo")
    hand_back(repository.root)
    assert kept(repository) == {saved[damaged], sidecar(8), mask(8)}
    assert os.listdir(repository.root / "scratch" / ".drafts") == ["0-fifo"]


def test_draft_that_cannot_be_moved_does_not_stop_the_others(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays = leave(repository, "0-main-image.xmp", sidecar(7))
    leave(repository, "1-main-image.xmp", sidecar(8))
    rename = os.rename

    def rename_others(name: str, *arguments: object, **options: object) -> None:
        if name == stays.name:
            raise PermissionError(name)
        rename(name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("chemigram_core.rejected._rename", rename_others)
    hand_back(repository.root)
    assert kept(repository) == {sidecar(8)}
    assert stays.read_bytes() == sidecar(7)


def test_concurrent_searches_find_the_same_drafts(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when fsck runs while a mount starts."""
    draft = leave(repository, "0-main-image.xmp", sidecar(8))
    close, moments = os.close, iter([1])
    found: list[Finding] = []

    def close_later(descriptor: int) -> None:
        if os.path.sameopenfile(descriptor, held):
            for _ in moments:
                found.extend(findings(repository.root))
        close(descriptor)

    held = os.open(draft, os.O_RDONLY)
    with monkeypatch.context() as inside:
        inside.setattr("chemfs.tree.heads.draft_files.os.close", close_later)
        assert len(findings(repository.root)) == len(found) == 1
    close(held)


def test_file_is_in_use_while_any_process_that_marked_it_has_it_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    one, other, third = (os.open(tmp_path / "file", os.O_RDWR) for _ in range(3))
    assert not is_in_use(one)
    mark_in_use(one)
    mark_in_use(other)
    os.close(one)
    assert is_in_use(third)
    os.close(other)
    assert not is_in_use(third)
    os.close(third)
