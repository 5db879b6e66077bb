"""What the collector takes and what it leaves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.durable.lock import locked
from chemigram_core.errors import LogDamaged, ObjectDamaged, ObjectMissing, RefDamaged, RegistryDamaged
from chemigram_core.fsck import check, repair
from chemigram_core.gc.collector import GRACE, Garbage, collect, find_garbage
from chemigram_core.log.entry import LogEntry
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations import save
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch
from chemigram_core.operations.save import save_mask, save_xmp
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind, StoredObject
from tests.core import naive
from tests.support.builders import mask, sidecar

SUBJECT, SKY = MaskName("subject"), MaskName("sky")
WARM = BranchName("warm")
AT_ONCE = timedelta(0)
NOTHING = Garbage([], [])


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar(), mask_files={SUBJECT: mask(0)})
    return repository


@pytest.fixture
def abandoned(repository: Repository) -> list[Digest]:
    """Two states of a branch that was deleted; each has a mask of its own, the first one main's as well."""
    create_branch(repository, WARM)
    told = {SKY: Provenance("sam2", "the sky")}
    saves = [
        save_xmp(repository, WARM, sidecar(1), mask_files={SKY: mask(1)}, provenance=told),
        save_xmp(repository, WARM, sidecar(2), mask_files={SUBJECT: mask(2), SKY: mask(3)}),
    ]
    delete_branch(repository, WARM)
    checkout(repository, OnBranch(MAIN))
    return [save.digest for save in saves]


def names(found: Garbage) -> tuple[set[Digest], set[Digest]]:
    def digests(objects: list[StoredObject]) -> set[Digest]:
        return {one.digest for one in objects}

    return digests([*found.snapshots]), digests([*found.masks])


def masks(*levels: int) -> set[Digest]:
    return {Digest.of(mask(level)) for level in levels}


def age(path: Path, by: timedelta) -> None:
    then = path.stat().st_mtime - by.total_seconds()
    os.utime(path, (then, then))


def test_states_of_a_deleted_branch_are_removed_after_the_grace_period(
    repository: Repository, abandoned: list[Digest]
) -> None:
    assert collect(repository) == NOTHING
    for path in (repository.root / "objects").rglob("*.*"):
        age(path, GRACE)
    collected = collect(repository)
    assert names(collected) == (set(abandoned), masks(1, 2, 3))
    assert collected.size_bytes > 3 * len(mask())
    assert naive.stored(repository.root, ".png").keys() == masks(0)
    assert naive.problems(repository.root) == []


def test_a_second_collection_does_nothing(repository: Repository, abandoned: list[Digest]) -> None:
    assert abandoned
    collect(repository, AT_ONCE)
    before = {path: path.lstat().st_mtime_ns for path in repository.root.rglob("*")}
    assert collect(repository, AT_ONCE) == NOTHING
    assert {path: path.lstat().st_mtime_ns for path in repository.root.rglob("*")} == before


def test_purged_masks_keep_their_registry_entries(repository: Repository, abandoned: list[Digest]) -> None:
    assert abandoned
    collect(repository, AT_ONCE)
    (gone,) = masks(1)
    record = naive.records(repository.root)[gone]
    assert (record["provider"], record["prompt"]) == ("sam2", "the sky")
    assert record["purged"]
    save_mask(repository, MAIN, SKY, mask(1))
    assert "purged" not in naive.records(repository.root)[gone]


def test_a_collection_is_logged(repository: Repository, abandoned: list[Digest]) -> None:
    collected = collect(repository, AT_ONCE)
    last = list(repository.log.entries())[-1]
    assert (last.op, last.hash) == ("gc", None)
    assert last.metadata == {"snapshots": len(abandoned), "masks": 3, "bytes": collected.size_bytes}


def test_dry_run_removes_nothing(repository: Repository, abandoned: list[Digest]) -> None:
    before = {path: path.lstat().st_mtime_ns for path in repository.root.rglob("*")}
    assert names(find_garbage(repository, AT_ONCE)) == (set(abandoned), masks(1, 2, 3))
    assert {path: path.lstat().st_mtime_ns for path in repository.root.rglob("*")} == before
    assert names(collect(repository, AT_ONCE)) == (set(abandoned), masks(1, 2, 3))


@pytest.mark.parametrize(
    "root", ["tag", "branch", "detached HEAD", "a tag of which the log knows nothing", "a ref with a name of elsewhere"]
)
def test_every_reference_keeps_a_state_and_its_ancestors(
    repository: Repository, abandoned: list[Digest], root: str
) -> None:
    last = abandoned[-1]
    match root:
        case "tag":
            create_tag(repository, TagName("v1"), last)
        case "branch":
            create_branch(repository, BranchName("other"), last)
        case "detached HEAD":
            checkout(repository, Detached(last))
        case "a tag of which the log knows nothing":
            (repository.root / "refs" / "tags" / "v1").write_text(f"{last}\n")
        case _:
            (repository.root / "refs" / "heads" / "odd name~1").write_text(f"{last}\n")
    assert collect(repository, AT_ONCE) == NOTHING
    assert naive.problems(repository.root) == []


def test_the_registry_keeps_the_masks_that_its_names_stand_for(repository: Repository) -> None:
    create_branch(repository, WARM)
    save_mask(repository, WARM, SUBJECT, mask(5))
    delete_branch(repository, WARM)
    _, collected = names(collect(repository, AT_ONCE))
    assert collected == set()
    checkout(repository, OnBranch(MAIN))
    _, collected = names(collect(repository, AT_ONCE))
    assert collected == masks(5)


def test_a_young_state_keeps_its_old_masks(repository: Repository, abandoned: list[Digest]) -> None:
    for path in (repository.root / "objects").rglob("*.*"):
        age(path, timedelta(days=30))
    young = repository.root / repository.objects.path(abandoned[1], Kind.SNAPSHOT)
    age(young, -timedelta(days=30))
    assert names(collect(repository)) == ({abandoned[0]}, masks(1))
    assert naive.problems(repository.root) == []


def test_an_open_state_stays_with_its_masks(repository: Repository, abandoned: list[Digest]) -> None:
    reader = repository.objects.open(abandoned[1], Kind.SNAPSHOT)
    assert names(collect(repository, AT_ONCE)) == ({abandoned[0]}, masks(1))
    assert naive.problems(repository.root) == []
    os.close(reader)
    assert names(collect(repository, AT_ONCE)) == ({abandoned[1]}, masks(2, 3))


def test_open_mask_stays_and_is_not_marked_purged(repository: Repository, abandoned: list[Digest]) -> None:
    (open_mask,) = masks(3)
    reader = repository.objects.open(open_mask, Kind.MASK)
    assert names(collect(repository, AT_ONCE)) == (set(abandoned), masks(1, 2))
    assert "purged" not in naive.records(repository.root)[open_mask]
    os.close(reader)
    assert names(collect(repository, AT_ONCE)) == (set(), {open_mask})


def test_cyclic_parents_terminate(repository: Repository) -> None:
    first = save_xmp(repository, MAIN, sidecar(1))
    save_xmp(repository, MAIN, sidecar(2))
    again = save_xmp(repository, MAIN, sidecar(1))
    assert again.digest == first.digest
    assert collect(repository, AT_ONCE) == NOTHING
    create_branch(repository, WARM)
    checkout(repository, Detached(xmp_digest := repository.resolve("main")))
    assert xmp_digest == first.digest
    assert collect(repository, AT_ONCE) == NOTHING


def test_a_branch_made_in_the_middle_of_a_collection_keeps_its_states(
    repository: Repository, abandoned: list[Digest]
) -> None:
    def branch_off(doing: str, done: int, _: int) -> None:
        if (doing, done) == ("removing snapshots", 0) and repository.refs.read(WARM) is None:
            create_branch(repository, WARM, abandoned[-1])

    assert collect(repository, AT_ONCE, branch_off) == NOTHING
    assert naive.problems(repository.root) == []


def test_mask_collected_before_its_save_is_stored_again(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def locked_late(root: Path) -> Iterator[None]:
        assert names(collect(Repository(root), AT_ONCE)) == (set(), masks(7))
        with locked(root):
            yield

    monkeypatch.setattr(save, "locked", locked_late)
    save_mask(repository, MAIN, SKY, mask(7))
    assert naive.problems(repository.root) == []


def test_a_mask_used_again_in_the_middle_of_a_collection_stays(repository: Repository, abandoned: list[Digest]) -> None:
    old = repository.objects.read(abandoned[1], Kind.SNAPSHOT)

    def save_again(doing: str, *_: int) -> None:
        if doing.startswith("removing") and repository.refs.read(MAIN) != abandoned[1]:
            save_xmp(repository, MAIN, old)

    assert names(collect(repository, AT_ONCE, save_again)) == (set(), set())
    assert naive.problems(repository.root) == []


def test_nothing_is_removed_if_the_references_are_unknown(repository: Repository, abandoned: list[Digest]) -> None:
    assert abandoned
    tip = repository.root / repository.objects.path(repository.tip(MAIN), Kind.SNAPSHOT)
    ref, registry = repository.root / "refs" / "heads" / "main", repository.root / "masks" / "registry.json"
    before = naive.stored(repository.root, "")
    for path, text, condition in (
        (tip, "damaged", ObjectDamaged),
        (ref, "0" * 64, ObjectMissing),
        (ref, "main", RefDamaged),
        (registry, "{", RegistryDamaged),
    ):
        data = path.read_bytes()
        path.write_text(text)
        with pytest.raises(condition):
            collect(repository, AT_ONCE)
        path.write_bytes(data)
    assert naive.stored(repository.root, "") == before


def test_states_of_a_lost_ref_stay(repository: Repository) -> None:
    saves = [save_xmp(repository, WARM, sidecar(exposure)).digest for exposure in (1, 2)]
    (repository.root / "refs" / "heads" / WARM).unlink()
    assert collect(Repository(repository.root), AT_ONCE) == NOTHING
    repairs = [repair(repository.root, finding) for finding in check(repository.root)]
    assert (len(repairs), repository.refs.read(WARM)) == (1, saves[-1])


def test_parents_missing_from_the_store_are_skipped_if_logged(repository: Repository) -> None:
    other = Digest.of(b"of another computer")
    log = repository.root / "log.jsonl"
    log.write_text(log.read_text().replace('"ref":', f'"parent":"{other}","ref":'))
    with pytest.raises(LogDamaged):
        collect(repository, AT_ONCE)
    repository.log.append(LogEntry("snapshot", other))
    assert collect(repository, AT_ONCE) == NOTHING


def test_chemigram_repository_is_collected(repository: Repository, abandoned: list[Digest]) -> None:
    for path in (repository.root / "objects").rglob("*.*"):
        path.rename(path.with_suffix(""))
    again = Repository(repository.root)
    assert names(collect(again, AT_ONCE)) == (set(abandoned), masks(1, 2, 3))
    assert len(list(again.objects)) == 2
