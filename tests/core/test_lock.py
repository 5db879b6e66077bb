"""The lock of a repository: every change waits for its holder, and no reader does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from chemigram_core.durable.lock import locked
from chemigram_core.fsck import Finding, Problem, repair
from chemigram_core.gc.collector import collect
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.describe_mask import describe_mask
from chemigram_core.operations.export import export
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch, delete_tag, rename_branch
from chemigram_core.operations.save import remove_masks, rename_mask, save_mask, save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, sidecar

SKY, WARM, COLD, FIRST = MaskName("sky"), BranchName("warm"), BranchName("cold"), TagName("v1")

CHANGES: dict[str, Callable[[Repository], object]] = {
    "save an XMP": lambda repository: save_xmp(repository, MAIN, sidecar(5)),
    "save a mask": lambda repository: save_mask(repository, MAIN, SKY, mask(5)),
    "rename a mask": lambda repository: rename_mask(repository, MAIN, SKY, MaskName("clouds")),
    "remove a mask": lambda repository: remove_masks(repository, MAIN, repository.head_masks()),
    "describe a mask": lambda repository: describe_mask(repository, MAIN, SKY, lambda _: Provenance("sam2", "the sky")),
    "branch": lambda repository: create_branch(repository, COLD),
    "tag": lambda repository: create_tag(repository, TagName("v2")),
    "rename a branch": lambda repository: rename_branch(repository, WARM, COLD),
    "delete a branch": lambda repository: delete_branch(repository, WARM),
    "delete a tag": lambda repository: delete_tag(repository, FIRST),
    "check out": lambda repository: checkout(repository, OnBranch(WARM)),
    "collect": lambda repository: collect(repository, timedelta(0)),
    "repair": lambda repository: repair(repository.root, Finding(Problem.REF_DAMAGED, FIRST.ref, "")),
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two branches, a tag, a mask, and something to collect."""
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(), mask_files={SKY: mask()})
    create_branch(repository, WARM)
    create_tag(repository, FIRST)
    create_branch(repository, COLD)
    save_xmp(repository, COLD, sidecar(1))
    delete_branch(repository, COLD)
    return repository


def started(work: Callable[[], object]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def files(root: Path) -> dict[str, bytes]:
    """All that a lock is for: what stands in refs, HEAD, the log and the registry."""
    paths = [root / "HEAD", root / "log.jsonl", root / "masks" / "registry.json", *(root / "refs").rglob("*")]
    return {str(path): path.read_bytes() for path in paths if path.is_file()}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_waits_for_the_holder(repository: Repository, change: str) -> None:
    with locked(repository.root):
        before = files(repository.root)
        changing = started(lambda: CHANGES[change](Repository(repository.root)))
        changing.join(0.1)
        assert changing.is_alive()
        assert files(repository.root) == before
    changing.join(10)
    assert not changing.is_alive()
    assert files(repository.root) != before


def test_a_reader_waits_for_nobody(repository: Repository, tmp_path: Path) -> None:
    def read() -> None:
        reader = Repository(repository.root)
        tip = reader.resolve("v1")
        assert reader.objects.read(reader.state(tip).masks[SKY], Kind.MASK) == mask()
        assert [*reader.log.entries()]
        assert reader.registry.read().current()
        export(reader, tip, tmp_path / "out")

    with locked(repository.root):
        reading = started(read)
        reading.join(10)
        assert not reading.is_alive()
    assert (tmp_path / "out" / "masks" / "sky.png").exists()
