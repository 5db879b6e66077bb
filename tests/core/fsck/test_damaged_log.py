"""A log that lost lines, is spoilt or is gone: nothing that somebody may want is collected, and a repair keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chemigram_core import fsck, gc
from chemigram_core.errors import LogDamaged
from chemigram_core.fsck import Problem
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import checkout, create_branch, delete_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository
from tests.core.fsck.checking import MAIN, SIDE, assert_nothing_is_collected, problems, repair
from tests.support.builders import sidecar, snapshots


def test_torn_last_line_is_not_a_problem(repository: Repository) -> None:
    with (repository.root / "log.jsonl").open("ab") as log:
        log.write(b'{"op":"snaps')
    assert fsck.check(repository.root) == []


def test_unreadable_lines_are_moved_aside(repository: Repository) -> None:
    save_xmp(repository, BranchName("deleted"), sidecar(9))
    delete_branch(repository, BranchName("deleted"))
    log = repository.root / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([lines[0], b"\0\0\0\n", *lines[1:], b"[1]\n"]))
    assert problems(repository.root) == {(Problem.LOG_DAMAGED, "log.jsonl")}
    repair(repository.root)
    assert log.read_bytes() == b"".join(lines)
    assert fsck.check(repository.root) == []


@pytest.mark.parametrize("lost", range(5))
def test_a_lost_line_makes_no_state_garbage(repository: Repository, lost: int) -> None:
    log, states = repository.root / "log.jsonl", set(snapshots(repository))
    lines = log.read_bytes().splitlines(keepends=True)
    lines[lost] = lines[lost].replace(b'"hash":"', b'"hash":"?')
    log.write_bytes(b"".join(lines))
    with pytest.raises(LogDamaged):
        gc.collect(Repository(repository.root), timedelta(0))
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


def other_digit(digit: int) -> bytes:
    return b"0" if digit == ord("1") else b"1"


@pytest.mark.parametrize("spoilt", [lambda _: b"?", lambda _: b"\0", other_digit], ids=["strange", "zero", "digit"])
@pytest.mark.parametrize(("number", "key"), [(0, "hash"), (1, "hash"), (1, "parent"), (4, "hash"), (4, "parent")])
def test_damaged_line_makes_no_state_garbage(
    repository: Repository, number: int, key: str, spoilt: Callable[[int], bytes]
) -> None:
    log, states = repository.root / "log.jsonl", set(snapshots(repository))
    lines = log.read_bytes().splitlines(keepends=True)
    line = lines[number]
    place = line.index(f'"{key}":"'.encode()) + len(f'"{key}":"')
    lines[number] = line[:place] + spoilt(line[place]) + line[place + 1 :]
    log.write_bytes(b"".join(lines))
    with pytest.raises(LogDamaged):
        gc.collect(Repository(repository.root), timedelta(0))
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


@pytest.mark.parametrize(
    "later",
    [
        lambda repository: checkout(repository, OnBranch(MAIN)),
        lambda repository: save_xmp(repository, MAIN, sidecar(2), label="good"),
    ],
    ids=["checkout", "label"],
)
def test_later_operation_on_a_state_is_not_its_origin(tmp_path: Path, later: Callable[[Repository], object]) -> None:
    repository = Repository.init(tmp_path / "repository")
    states = {save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in range(3)}
    later(repository)
    log = repository.root / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


def test_damaged_line_of_a_return_makes_no_state_garbage(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    states = {save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in (0, 1, 2, 0, 3)}
    log = repository.root / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:3], b"\0" + lines[3], *lines[4:]]))
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


@pytest.mark.parametrize("lost", ["refs/heads/main", "HEAD"])
def test_a_ref_that_is_lost_with_a_line_of_the_log_keeps_its_states(tmp_path: Path, lost: str) -> None:
    repository = Repository.init(tmp_path / "repository")
    states = {save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in (0, 1, 2, 0, 3)}
    log = repository.root / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:3], b"\0" + lines[3], *lines[4:]]))
    (repository.root / lost).unlink()
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


def test_losing_head_and_the_log_makes_no_state_garbage(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    states = {save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in (0, 1, 2, 0)}
    for name in ("HEAD", "log.jsonl"):
        (repository.root / name).unlink()
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


@pytest.mark.parametrize("key", ["op", "hash", "parent"])
@pytest.mark.parametrize("spoilt", range(5))
def test_damaged_line_of_an_earlier_repair_makes_no_state_garbage(tmp_path: Path, spoilt: int, key: str) -> None:
    repository = Repository.init(tmp_path / "repository")
    states = {save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in range(4)}
    log = repository.root / "log.jsonl"
    log.unlink()
    repair(repository.root)
    states.add(save_xmp(Repository(repository.root), MAIN, sidecar(4)).digest)
    lines = log.read_bytes().splitlines(keepends=True)
    lines[spoilt] = lines[spoilt].replace(f'"{key}":"'.encode(), f'"{key}":"?'.encode())
    log.write_bytes(b"".join(lines))
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


def test_one_repair_is_enough_where_the_log_names_collected_states(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar())
    save_xmp(repository, SIDE, sidecar(1))
    create_branch(repository, BranchName("other"), SIDE)
    for branch in (SIDE, BranchName("other")):
        delete_branch(repository, branch)
    gc.collect(repository, timedelta(0))
    log = repository.root / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[2:]))
    repair(repository.root)
    assert fsck.check(repository.root) == []
    gc.collect(Repository(repository.root), timedelta(0))


def test_old_torn_line_is_not_taken_for_the_lost_one(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    log, states = repository.root / "log.jsonl", {save_xmp(repository, MAIN, sidecar()).digest}
    with log.open("ab") as file:
        file.write(b'{"op":"snaps')
    states |= {save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in (1, 2, 3)}
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    repair(repository.root)
    states.add(save_xmp(Repository(repository.root), MAIN, sidecar(4)).digest)
    assert_nothing_is_collected(repository, states)


def test_damaged_line_and_a_lost_one_make_no_state_garbage(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    states = {save_xmp(repository, MAIN, sidecar(exposure)).digest for exposure in (0, 1, 2, 3)}
    save_xmp(repository, MAIN, sidecar(0))
    log = repository.root / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([lines[0], b"\0" + lines[1], *lines[2:-1]]))
    repair(repository.root)
    states.add(save_xmp(Repository(repository.root), MAIN, sidecar(4)).digest)
    assert_nothing_is_collected(repository, states)


def lose_the_last_line_feed(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-1] + b"?")


def lose_lines(count: int) -> Callable[[Path], object]:
    return lambda log: log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-count]))


@pytest.mark.parametrize("save_again", [False, True], ids=["at rest", "in use"])
@pytest.mark.parametrize(
    "damage",
    [Path.unlink, lambda log: log.write_bytes(b""), lose_the_last_line_feed, *map(lose_lines, range(1, 5))],
    ids=["gone", "emptied", "torn", *(f"{count} lines shorter" for count in range(1, 5))],
)
def test_truncated_log_makes_no_state_garbage(
    repository: Repository, damage: Callable[[Path], object], *, save_again: bool
) -> None:
    save_xmp(repository, MAIN, sidecar(4))
    damage(repository.root / "log.jsonl")
    if save_again:
        save_xmp(repository, MAIN, sidecar(6))
    states = set(snapshots(repository))
    with pytest.raises(LogDamaged):
        gc.collect(Repository(repository.root), timedelta(0))
    assert {path for _, path in problems(repository.root)} >= {"log.jsonl"}
    repair(repository.root)
    assert_nothing_is_collected(repository, states)


def test_branch_that_returned_keeps_its_states_when_the_log_is_lost(repository: Repository) -> None:
    save_xmp(repository, MAIN, sidecar(4))
    create_branch(repository, BranchName("back"), repository.history.moments(MAIN.ref)[0].digest)
    checkout(repository, OnBranch(BranchName("back")))
    delete_branch(repository, MAIN)
    states = set(snapshots(repository))
    (repository.root / "log.jsonl").unlink()
    repair(repository.root)
    gc.collect(Repository(repository.root), timedelta(0))
    assert set(snapshots(repository)) == states


@pytest.mark.parametrize("in_its_place", [None, "/etc/hostname"])
def test_rebuilt_log_keeps_every_state_from_collection(repository: Repository, in_its_place: str | None) -> None:
    log = repository.root / "log.jsonl"
    log.unlink()
    if in_its_place:
        log.symlink_to(in_its_place)
    assert {path for _, path in problems(repository.root)} == {"log.jsonl"}
    repair(repository.root)
    assert fsck.check(repository.root) == []
    again = Repository(repository.root)
    logged = list(dict.fromkeys(entry.hash for entry in again.log.entries()))
    assert set(snapshots(again)) == set(logged)
    assert [again.history.parent(digest) for digest in logged if digest] == [None, *logged[:-1]]
