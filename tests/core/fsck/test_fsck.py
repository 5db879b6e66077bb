"""fsck finds problems, names them, and repairs them without deleting anything."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chemigram_core import fsck, gc
from chemigram_core.digest import Digest
from chemigram_core.durable import beneath
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import NotARepository
from chemigram_core.fsck import Problem
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import checkout, create_branch, delete_branch, delete_tag, rename_branch
from chemigram_core.operations.save import remove_masks, save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository
from chemigram_core.store import content
from chemigram_core.store.objects import Kind
from tests.core.fsck.checking import MAIN, SIDE, SUBJECT, V1, everything, problems, repair
from tests.support.builders import mask, sidecar, snapshots


def object_path(repository: Repository, digest: Digest, kind: Kind) -> Path:
    return repository.root / repository.objects.path(digest, kind)


def mask_digest(repository: Repository) -> Digest:
    return repository.state(repository.tip(MAIN)).masks[SUBJECT]


def test_a_healthy_repository_has_no_problem(repository: Repository) -> None:
    assert fsck.check(repository.root) == []


def test_folder_that_is_not_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARepository):
        fsck.check(tmp_path)


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def become_a_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def become_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_bit,
        lambda path: os.truncate(path, path.stat().st_size // 2),
        lambda path: path.write_bytes(bytes(path.stat().st_size)),
        lambda path: path.write_bytes(b""),
        become_a_fifo,
    ],
    ids=["a bit", "cut", "zeroed", "empty", "a fifo"],
)
def test_a_damaged_object_is_named_with_the_states_that_lack_it(
    repository: Repository, damage: Callable[[Path], object]
) -> None:
    path = object_path(repository, mask_digest(repository), Kind.MASK)
    damage(path)
    where = path.relative_to(repository.root).as_posix()
    found = fsck.check(repository.root)
    assert [finding.path for finding in found if finding.problem is Problem.OBJECT_DAMAGED] == [where]
    lacking = {finding.path for finding in found if finding.problem is Problem.MASK_MISSING}
    assert len(lacking) == 2
    (registered,) = [finding for finding in found if finding.problem is Problem.REGISTRY_DAMAGED]
    assert registered.digest == mask_digest(repository)
    assert not (repository.root / where).is_symlink()


def test_a_damaged_object_is_moved_aside_and_can_be_stored_again(repository: Repository) -> None:
    flip_a_bit(path := object_path(repository, mask_digest(repository), Kind.MASK))
    damaged = path.read_bytes()
    repair(repository.root)
    assert damaged in everything(repository.root / "lost+found")
    repository.objects.put(mask(), Kind.MASK)
    assert fsck.check(repository.root) == []


def forbid(monkeypatch: pytest.MonkeyPatch, path: Path, error: int = errno.EACCES) -> None:
    """Let nobody read the file at `path`, not even root."""
    really = beneath._regular

    def refusing(opened: Callable[[int], int], name: str) -> int:
        if name == path.name:
            raise OSError(error, os.strerror(error), path.name)
        return really(opened, name)

    monkeypatch.setattr(beneath, "_regular", refusing)


@pytest.mark.parametrize("kind", [Kind.SNAPSHOT, Kind.MASK])
def test_unreadable_file_is_left_in_place(repository: Repository, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    """It may be whole: a repair must not take a branch back to an earlier state for a mode."""
    digest = repository.tip(MAIN) if kind is Kind.SNAPSHOT else mask_digest(repository)
    path = object_path(repository, digest, kind)
    forbid(monkeypatch, path)
    (finding,) = fsck.check(repository.root)
    assert (finding.problem, finding.digest) == (Problem.OBJECT_UNREADABLE, digest)
    assert "chmod" in finding.says
    assert repair(repository.root) == [None]
    assert path.exists()


def test_object_with_a_read_error_is_damaged(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    path = object_path(repository, repository.tip(MAIN), Kind.SNAPSHOT)
    forbid(monkeypatch, path, errno.EIO)
    assert problems(repository.root) == {
        (Problem.OBJECT_DAMAGED, path.relative_to(repository.root).as_posix()),
        (Problem.REF_DANGLING, "refs/heads/main"),
    }


@pytest.mark.parametrize("damage", [Path.unlink, lambda ref: ref.write_bytes(b"")], ids=["missing", "damaged"])
def test_branch_is_restored_to_an_unreadable_state(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], object]
) -> None:
    ref, tip = repository.root / "refs/heads/main", repository.tip(MAIN)
    forbid(monkeypatch, object_path(repository, tip, Kind.SNAPSHOT))
    damage(ref)
    repair(repository.root)
    assert repository.tip(MAIN) == tip


def test_a_strange_file_among_the_objects_is_alien_and_a_link_is_moved_aside(repository: Repository) -> None:
    (repository.root / "objects" / "notes.txt").write_text("mine")
    become_a_link(object_path(repository, mask_digest(repository), Kind.MASK))
    assert {problem for problem, _ in problems(repository.root)} >= {Problem.ALIEN, Problem.OBJECT_DAMAGED}
    repair(repository.root)
    assert (repository.root / "objects" / "notes.txt").read_text() == "mine"


def test_object_of_another_kind_and_state_with_unknown_masks_are_reported(
    repository: Repository,
) -> None:
    picture = repository.objects.put(mask(200), Kind.MASK)
    path = object_path(repository, picture, Kind.MASK)
    misnamed = path.rename(path.with_suffix(".xmp"))
    state = repository.states.document(repository.tip(MAIN)).canonical().replace(b'sha256="', b'sha256="x')
    unreadable = object_path(repository, repository.objects.put(state, Kind.SNAPSHOT), Kind.SNAPSHOT)
    assert problems(repository.root) == {
        (Problem.OBJECT_MISPLACED, misnamed.relative_to(repository.root).as_posix()),
        (Problem.STATE_UNREADABLE, unreadable.relative_to(repository.root).as_posix()),
        (Problem.UNLOGGED, unreadable.relative_to(repository.root).as_posix()),
    }


@pytest.mark.parametrize("text", [b"", b"\0" * 65, b"ref: refs/heads/main\n", b"0" * 63, "à".encode() * 40])
@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/heads/side/one", "refs/tags/v1"])
def test_a_damaged_ref_is_restored_from_the_log(repository: Repository, ref: str, text: bytes) -> None:
    good = (repository.root / ref).read_bytes()
    (repository.root / ref).write_bytes(text)
    assert problems(repository.root) == {(Problem.REF_DAMAGED, ref)}
    repair(repository.root)
    assert (repository.root / ref).read_bytes() == good
    assert text in everything(repository.root / "lost+found")
    assert fsck.check(repository.root) == []


def test_a_ref_that_is_a_link_or_gone_is_restored_from_the_log(repository: Repository, tmp_path: Path) -> None:
    main, side = repository.root / "refs/heads/main", repository.root / "refs/heads/side/one"
    good = main.read_bytes(), side.read_bytes()
    (tmp_path / "outside").write_bytes(good[0])
    main.unlink()
    main.symlink_to(tmp_path / "outside")
    side.unlink()
    assert problems(repository.root) == {
        (Problem.REF_DAMAGED, "refs/heads/main"),
        (Problem.REF_MISSING, "refs/heads/side/one"),
    }
    repair(repository.root)
    assert (main.read_bytes(), side.read_bytes()) == good
    assert fsck.check(repository.root) == []


def test_deleted_and_renamed_branches_are_not_missing(repository: Repository) -> None:
    rename_branch(repository, SIDE, BranchName("other"))
    create_branch(repository, SIDE)
    delete_branch(repository, SIDE)
    delete_tag(repository, V1)
    assert fsck.check(repository.root) == []


def test_a_branch_on_a_lost_state_goes_back_to_the_last_whole_one(repository: Repository) -> None:
    tip, before = repository.tip(MAIN), repository.history.moments(MAIN.ref)[-2].digest
    object_path(repository, tip, Kind.SNAPSHOT).unlink()
    assert problems(repository.root) == {(Problem.REF_DANGLING, "refs/heads/main")}
    repair(repository.root)
    assert Repository(repository.root).tip(MAIN) == before
    assert f"{tip}\n".encode() in everything(repository.root / "lost+found")


def test_missing_head_is_reported_as_missing(repository: Repository) -> None:
    (repository.root / "HEAD").unlink()
    assert [finding.says for finding in fsck.check(repository.root)] == ["it is missing"]


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda head: head.write_bytes(b"ref: refs/heads/../../x\n"),
        lambda head: head.write_text(f"{Digest.of(b'lost')}\n"),
    ],
)
def test_head_is_restored_to_its_last_place_in_the_log(
    repository: Repository, damage: Callable[[Path], object]
) -> None:
    checkout(repository, OnBranch(SIDE))
    damage(repository.root / "HEAD")
    assert problems(repository.root) == {(Problem.HEAD_DAMAGED, "HEAD")}
    repair(repository.root)
    assert Repository(repository.root).refs.head() == OnBranch(SIDE)
    assert fsck.check(repository.root) == []


def test_state_collected_during_a_check_is_not_reported(repository: Repository) -> None:
    other = BranchName("other")
    save_xmp(repository, other, sidecar(5), mask_files={SUBJECT: mask(5)})
    remove_masks(repository, other, repository.state(repository.tip(other)).masks)
    delete_branch(repository, other)
    audit = fsck.Audit(repository.root)
    files = sorted(audit.files(), key=lambda file: file.name.endswith(".png"))
    for file in files[:-2]:  # all snapshots
        assert audit.object(file) == []
    assert len(gc.collect(repository, timedelta(0)).masks) == 1
    assert [finding for file in files[-2:] for finding in audit.object(file)] == []
    assert list(audit.rest()) == []


def test_problem_solved_since_it_was_found_is_left_alone(repository: Repository) -> None:
    other, gone = BranchName("other"), repository.root / "refs/heads/side/one"
    flip_a_bit(object_path(repository, repository.tip(MAIN), Kind.SNAPSHOT))
    gone.unlink()
    found = fsck.check(repository.root)
    assert {finding.path for finding in found} >= {"refs/heads/main", "refs/heads/side/one"}
    create_branch(repository, SIDE, V1.ref)
    save_xmp(Repository(repository.root), other, sidecar(2), mask_files={SUBJECT: mask()})
    assert Repository(repository.root).tip(other) == repository.tip(MAIN)
    for finding in found:
        fsck.repair(repository.root, finding)
    assert fsck.check(repository.root) == []


@pytest.mark.parametrize("name", ["log.jsonl", "masks/registry.json", "HEAD"])
def test_repair_stopped_by_a_full_disk_moves_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = repository.root / name
    path.write_bytes(b"?\n" + path.read_bytes())
    (found,), before = fsck.check(repository.root), path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "replacement", full)
        with pytest.raises(OSError, match="No space"):
            fsck.repair(repository.root, found)
    assert path.read_bytes() == before
    repair(repository.root)
    assert fsck.check(repository.root) == []


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"subject": {"hash": "no"}}'])
def test_a_broken_registry_is_rebuilt(repository: Repository, text: bytes) -> None:
    before = Repository(repository.root).registry.read().current()
    (repository.root / "masks" / "registry.json").write_bytes(text)
    assert problems(repository.root) == {(Problem.REGISTRY_DAMAGED, "masks/registry.json")}
    repair(repository.root)
    assert Repository(repository.root).registry.read().current() == before
    assert fsck.check(repository.root) == []


@pytest.mark.parametrize("state", [0, -1], ids=["an old state", "HEAD's"])
def test_broken_registry_is_rebuilt_despite_an_unreadable_state(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, state: int
) -> None:
    before = Repository(repository.root).registry.read().current()
    digest = repository.history.moments(MAIN.ref)[state].digest
    forbid(monkeypatch, object_path(repository, digest, Kind.SNAPSHOT))
    (repository.root / "masks" / "registry.json").write_bytes(b"{")
    repair(repository.root)
    assert Repository(repository.root).registry.read().current() == before


def test_broken_registry_is_rebuilt_although_heads_state_is_lost(repository: Repository) -> None:
    before = Repository(repository.root).registry.read().current()
    for digest in snapshots(repository):
        object_path(repository, digest, Kind.SNAPSHOT).unlink()
    (repository.root / "masks" / "registry.json").write_bytes(b"{")
    repair(repository.root)
    assert Repository(repository.root).registry.read().current() == before


def test_restoring_a_missing_branch_does_not_displace_another(repository: Repository) -> None:
    create_branch(repository, BranchName("warm"))
    (repository.root / "refs/heads/warm").unlink()
    create_branch(repository, BranchName("warm/sky"))
    assert problems(repository.root) == {(Problem.REF_MISSING, "refs/heads/warm")}
    assert repair(repository.root) == [None]
    assert repository.refs.read(BranchName("warm/sky")) is not None


def test_leftovers_of_crashes_are_moved_aside_when_unused(repository: Repository) -> None:
    old, young = (repository.root / "objects" / "ab" / f".tmp-{name}" for name in ("old", "young"))
    old.parent.mkdir(exist_ok=True)
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert problems(repository.root) == {(Problem.LEFTOVER, "objects/ab/.tmp-old")}
    repair(repository.root)
    assert young.exists()
    assert everything(repository.root / "lost+found") == {b"half"}


def test_missing_folders_are_made(repository: Repository) -> None:
    for name in ("v1", ""):
        path = repository.root / "refs" / "tags" / name
        path.unlink() if name else path.rmdir()
    assert problems(repository.root) >= {(Problem.FOLDER_MISSING, "refs/tags"), (Problem.REF_MISSING, "refs/tags/v1")}
    repair(repository.root)
    assert fsck.check(repository.root) == []


def test_forbidden_names_are_reported_and_left(repository: Repository) -> None:
    tip = (repository.root / "refs/heads/main").read_bytes()
    for name in ("MAIN", "-x", "a.lock"):
        (repository.root / "refs" / "heads" / name).write_bytes(tip)
    assert problems(repository.root) == {
        (Problem.REF_CLASH, "refs/heads/main"),
        (Problem.REF_NAME, "refs/heads/-x"),
        (Problem.REF_NAME, "refs/heads/a.lock"),
    }
    assert repair(repository.root) == [None, None, None]


def test_repair_removes_no_bytes(repository: Repository) -> None:
    flip_a_bit(object_path(repository, mask_digest(repository), Kind.MASK))
    (repository.root / "HEAD").write_bytes(b"my notes")
    (repository.root / "refs/heads/main").write_bytes(b"more notes")
    (repository.root / "masks/registry.json").write_bytes(b"{ broken")
    before = everything(repository.root)
    repair(repository.root)
    after = everything(repository.root)
    assert all(any(kept.startswith(data) for kept in after) for data in before)  # the log has grown


def test_audit_reads_objects_verified_before(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.objects.read(mask_digest(repository), Kind.MASK)
    monkeypatch.setattr(content, "_contents", None)  # a disk may rot without a change of the file's times
    assert fsck.check(repository.root) == []
    flip_a_bit(object_path(repository, mask_digest(repository), Kind.MASK))
    assert Problem.MASK_MISSING in {problem for problem, _ in problems(repository.root)}
