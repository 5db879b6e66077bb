"""Saving, branching, tagging, checking out and exporting, without a mount."""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from chemigram_core import gc
from chemigram_core.digest import Digest
from chemigram_core.errors import (
    AmbiguousRevision,
    BranchInUse,
    CannotBeLogged,
    FolderNotEmpty,
    InvalidXmp,
    NoState,
    NotARepository,
    ObjectMissing,
    RefExists,
    UnknownMask,
    UnknownRevision,
)
from chemigram_core.log.lineage import Lineage
from chemigram_core.log.metadata import HISTORY_LOSS
from chemigram_core.names import BranchName, MaskName, RefName, TagName
from chemigram_core.operations.export import export
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch, rename_branch
from chemigram_core.operations.save import (
    Saved,
    Unchanged,
    remove_masks,
    rename_mask,
    save_mask,
    save_xmp,
)
from chemigram_core.refs import revision
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.refs.refs import Refs
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, picture, saves, sidecar, snapshots

SUBJECT, SKY = MaskName("subject"), MaskName("sky")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.init(tmp_path / "repository")


def test_a_folder_is_opened_only_if_it_is_a_repository(tmp_path: Path) -> None:
    with pytest.raises(NotARepository, match="chemfs init"):
        Repository(tmp_path)
    first = Repository.init(tmp_path)
    save_xmp(first, MAIN, sidecar())
    assert Repository.init(tmp_path).refs.read(MAIN) == first.refs.read(MAIN)


def test_saves_are_chained_by_their_parents(repository: Repository) -> None:
    first = save_xmp(repository, MAIN, sidecar(1), label="first")
    second = save_xmp(repository, MAIN, sidecar(2))
    assert isinstance(second, Saved)
    assert second == Saved(parse(sidecar(2)).digest, first.digest)
    assert repository.history.parent(second.digest) == first.digest
    assert repository.history.label(first.digest) == "first"


def test_save_without_an_edit_does_nothing(repository: Repository) -> None:
    first = save_xmp(repository, MAIN, sidecar(1))
    log = (repository.root / "log.jsonl").read_bytes()
    assert save_xmp(repository, MAIN, sidecar(1, timestamp=2)) == Unchanged(first.digest)
    assert (repository.root / "log.jsonl").read_bytes() == log


def test_a_state_may_get_its_label_later(repository: Repository) -> None:
    saved = save_xmp(repository, MAIN, sidecar(1))
    for label in ("final", "final", "really final"):
        assert save_xmp(repository, MAIN, sidecar(1), label=label) == Unchanged(saved.digest)
        assert repository.history.label(saved.digest) == label
    assert [entry.label for entry in repository.log.entries()] == [None, "final", "really final"]
    assert len(repository.history.moments(MAIN.ref)) == 1


@pytest.mark.parametrize("label", ["x" * (1 << 20), "not UTF-8: \udcff"], ids=["too long", "no text"])
def test_text_that_the_log_cannot_hold_is_refused_before_storing(repository: Repository, label: str) -> None:
    save_xmp(repository, MAIN, sidecar(1), mask_files={SUBJECT: mask(1)})
    before = {path: path.lstat().st_mtime_ns for path in repository.root.rglob("*")}
    with pytest.raises(CannotBeLogged):
        save_xmp(repository, MAIN, sidecar(2), without={SUBJECT: Digest.of(mask(1))}, label=label)
    assert {path: path.lstat().st_mtime_ns for path in repository.root.rglob("*")} == before


def test_more_masks_than_a_line_of_the_log_holds_are_refused(repository: Repository) -> None:
    stored = repository.objects.put(mask(), Kind.MASK)
    names = [MaskName(f"{number:04}" + "x" * 190) for number in range(4_000)]
    for count, condition in ((4_000, pytest.raises(CannotBeLogged)), (3_000, nullcontext())):
        crowded = parse(sidecar(count)).with_masks(dict.fromkeys(names[:count], stored))
        with condition:
            save_xmp(repository, MAIN, crowded.canonical())
    assert len(saves(repository)) == 1
    assert Lineage.of(repository.log.lines()).unreadable == []


def test_invalid_save_changes_nothing(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(1))
    with pytest.raises(InvalidXmp):
        save_xmp(repository, MAIN, sidecar(2)[:-20])
    assert repository.refs.read(MAIN) == parse(sidecar(1)).digest
    assert len(snapshots(repository)) == 1


def test_masks_are_carried_forward_and_shared(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(1), mask_files={SUBJECT: mask(1)})
    second = save_xmp(repository, MAIN, sidecar(2))
    assert repository.state(second.digest).masks.keys() == {SUBJECT}
    assert len([found for found in repository.objects if found.kind is Kind.MASK]) == 1


def test_equal_pixels_are_not_a_change(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(), mask_files={SUBJECT: mask(1)})
    assert isinstance(save_mask(repository, MAIN, SUBJECT, mask(1, compress_level=0)), Unchanged)
    assert isinstance(save_mask(repository, MAIN, SUBJECT, mask(2)), Saved)


def test_masks_are_renamed_and_removed(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(), mask_files={SUBJECT: mask(1)})
    renamed = rename_mask(repository, MAIN, SUBJECT, SKY)
    assert repository.state(renamed.digest).masks.keys() == {SKY}
    with pytest.raises(UnknownMask):
        rename_mask(repository, MAIN, SUBJECT, SKY)
    gone = remove_masks(repository, MAIN, repository.state(renamed.digest).masks)
    assert gone.digest == parse(sidecar()).digest


def test_a_mask_needs_a_state(repository: Repository) -> None:
    with pytest.raises(NoState):
        save_mask(repository, MAIN, SUBJECT, mask())


def test_note_of_missing_masks_carries_the_branchs_masks_forward(repository: Repository, tmp_path: Path) -> None:
    foreign = Repository.init(tmp_path / "foreign")
    theirs = save_xmp(foreign, MAIN, sidecar(5), mask_files={SKY: mask(9)})
    save_xmp(repository, MAIN, sidecar(1), mask_files={SUBJECT: mask(1)})
    ours = save_xmp(repository, MAIN, foreign.objects.read(theirs.digest, Kind.SNAPSHOT))
    assert repository.state(ours.digest).masks.keys() == {SUBJECT}


def test_save_that_loses_history_is_marked_in_the_log(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(entries=4))
    save_xmp(repository, MAIN, sidecar(entries=2))
    first, second = repository.log.entries()
    assert not first.metadata
    assert "4" in second.metadata[HISTORY_LOSS]


def test_branches_start_at_head_and_diverge(repository: Repository) -> None:
    first = save_xmp(repository, MAIN, sidecar(1))
    warm = BranchName("warm")
    assert create_branch(repository, warm) == first.digest
    save_xmp(repository, warm, sidecar(2))
    assert repository.refs.read(MAIN) == first.digest
    with pytest.raises(RefExists):
        create_branch(repository, warm)


def test_heads_branch_is_not_deleted(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar())
    with pytest.raises(BranchInUse):
        delete_branch(repository, MAIN)
    checkout(repository, Detached(repository.tip(MAIN)))
    delete_branch(repository, MAIN)
    assert repository.refs.branches() == []


def test_a_renamed_branch_takes_head_along(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar())
    rename_branch(repository, MAIN, BranchName("trunk"))
    assert repository.refs.head() == OnBranch(BranchName("trunk"))
    assert repository.refs.branches() == ["trunk"]


def test_rename_that_fails_halfway_is_rolled_back(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    save_xmp(repository, MAIN, sidecar())
    log, really = (repository.root / "log.jsonl").read_bytes(), Refs.delete

    def failing(refs: Refs, name: RefName) -> None:
        if name == MAIN:
            raise OSError(errno.EIO, "the disk fails")
        really(refs, name)

    monkeypatch.setattr(Refs, "delete", failing)
    with pytest.raises(OSError, match="the disk fails"):
        rename_branch(repository, MAIN, BranchName("trunk"))
    assert (repository.refs.branches(), repository.refs.head()) == (["main"], OnBranch(MAIN))
    assert (repository.root / "log.jsonl").read_bytes() == log


def test_nothing_is_branched_or_tagged_before_the_first_save(repository: Repository) -> None:
    with pytest.raises(NoState):
        create_tag(repository, TagName("v1"))


def test_revision_order_is_branch_tag_prefix(repository: Repository) -> None:
    first = save_xmp(repository, MAIN, sidecar(1)).digest
    create_tag(repository, TagName("v1"))
    create_branch(repository, BranchName("v1"))
    second = save_xmp(repository, BranchName("v1"), sidecar(2)).digest
    for text, digest in {
        "HEAD": first, "main": first, "v1": second, "refs/tags/v1": first, "refs/heads/v1": second,
        first: first, first[:7]: first,
    }.items():  # fmt: skip
        assert repository.resolve(text) == digest
    assert revision.checkout_target("v1", repository.refs, repository.objects) == OnBranch(BranchName("v1"))
    assert revision.checkout_target("refs/tags/v1", repository.refs, repository.objects) == Detached(first)
    for text in ("nope", "", first[:6], "0" * 64, "../../etc", "refs/heads/nope", "HEAD~1"):
        with pytest.raises(UnknownRevision):
            repository.resolve(text)


def test_snapshot_stored_under_both_names_counts_once(repository: Repository) -> None:
    digest = save_xmp(repository, MAIN, sidecar()).digest
    stored = repository.root / repository.objects.path(digest, Kind.SNAPSHOT)
    stored.with_suffix("").write_bytes(stored.read_bytes())
    assert repository.resolve(digest[:12]) == digest


def test_new_ref_to_a_lost_state_is_refused(repository: Repository) -> None:
    digest = save_xmp(repository, MAIN, sidecar()).digest
    (repository.root / repository.objects.path(digest, Kind.SNAPSHOT)).unlink()
    with pytest.raises(ObjectMissing):
        create_branch(repository, BranchName("warm"))
    with pytest.raises(ObjectMissing):
        create_tag(repository, TagName("v1"))
    assert repository.refs.branches() == [MAIN]


def test_checkout_of_a_just_collected_state_is_refused(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar())
    digest = save_xmp(repository, BranchName("warm"), sidecar(1)).digest
    repository.state(digest)
    delete_branch(repository, BranchName("warm"))
    gc.collect(Repository(repository.root), timedelta(0))
    with pytest.raises(ObjectMissing):
        checkout(repository, Detached(digest))
    assert repository.refs.head() == OnBranch(MAIN)


def test_a_prefix_of_two_snapshots_is_ambiguous(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = [save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in range(2)]
    monkeypatch.setattr(repository.objects, "starting_with", lambda _: digests)
    with pytest.raises(AmbiguousRevision, match="more digits"):
        repository.resolve("1234567")


@pytest.mark.parametrize("pieces", [0, 1, 2, 20])
def test_state_is_copied_whole_where_the_kernel_copies_only_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    repository = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    saved = save_xmp(repository, MAIN, sidecar())
    real, sizes = os.copy_file_range, list[int]()

    def copied(source: int, target: int, _: int) -> int:
        if len(sizes) == pieces:
            raise OSError(errno.EXDEV, "broken")
        sizes.append(real(source, target, 100))
        return sizes[-1]

    monkeypatch.setattr(os, "copy_file_range", copied)
    export(repository, saved.digest, tmp_path / "out")
    assert len(sizes) == pieces
    document = repository.objects.read(saved.digest, Kind.SNAPSHOT)
    assert (tmp_path / "out" / "a.tif").read_bytes() == (tmp_path / "a.tif").read_bytes()
    assert [(tmp_path / "out" / name).read_bytes() for name in ("image.xmp", "a.tif.xmp")] == [document] * 2


def test_an_exported_state_is_the_state_as_files(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    saved = save_xmp(repository, MAIN, sidecar(), mask_files={SUBJECT: mask()})
    told: list[tuple[str, int, int]] = []
    exported = export(repository, saved.digest, tmp_path / "out", lambda *step: told.append(step))
    assert told == [("exporting", done, 4) for done in (1, 2, 3, 4)]
    document = repository.objects.read(saved.digest, Kind.SNAPSHOT)
    assert {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in exported.files} == {
        "image.xmp": document,
        "a.tif.xmp": document,
        "a.tif": (tmp_path / "a.tif").read_bytes(),
        "masks/subject.png": mask(),
    }
    with pytest.raises(FolderNotEmpty):
        export(repository, saved.digest, tmp_path / "out")


def test_every_save_is_in_the_log_in_order(repository: Repository) -> None:
    expected = [save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in range(10)]
    assert saves(repository) == expected
