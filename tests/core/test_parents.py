"""A state's parent is what its branch pointed at when it was first saved; a return is an event of the branch."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chemigram_core import fsck
from chemigram_core.digest import Digest
from chemigram_core.errors import Refused
from chemigram_core.gc.collector import collect
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import RECOVERED, RESET, SNAPSHOT
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import create_branch, delete_branch, rename_branch
from chemigram_core.operations.restore import restore
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.core import naive
from tests.support.builders import sidecar, snapshots

A, B, C, D = (Digest(letter * 64) for letter in "abcd")
WARM = BranchName("warm")
NAMES = [MAIN, WARM, BranchName("cold")]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.init(tmp_path / "repository")


def saved(repository: Repository, edit: int, branch: BranchName = MAIN) -> Digest:
    return save_xmp(repository, branch, sidecar(edit)).digest


def test_a_return_changes_no_parent(repository: Repository) -> None:
    first, second = saved(repository, 1), saved(repository, 2)
    assert saved(repository, 1) == first
    assert (repository.history.parent(first), repository.history.parent(second)) == (None, first)
    assert [entry.parent for entry in repository.log.entries()] == [None, first, second]
    assert [moment.digest for moment in repository.history.moments(MAIN.ref)] == [first, second, first]


def test_return_logged_with_a_parent_changes_no_parent(repository: Repository) -> None:
    for entry in (LogEntry(SNAPSHOT, A), LogEntry(SNAPSHOT, B, parent=A), LogEntry(SNAPSHOT, A, parent=B)):
        repository.log.append(entry)
    assert (repository.history.parent(A), repository.history.parent(B)) == (None, A)


def test_collected_state_saved_again_has_its_first_parent(repository: Repository) -> None:
    first = saved(repository, 1)
    create_branch(repository, WARM)
    second = saved(repository, 2, WARM)
    delete_branch(repository, WARM)
    collect(repository, timedelta(0))
    assert snapshots(repository) == [first]
    saved(repository, 3)
    assert saved(repository, 2) == second
    assert repository.history.parent(second) == first


def chain(repository: Repository, digest: Digest) -> list[Digest]:
    """The ancestors; fails where they lead in a circle."""
    found: list[Digest] = []
    parent = repository.history.parent(digest)
    while parent is not None:
        assert parent not in found
        found.append(parent)
        parent = repository.history.parent(parent)
    return found


lines = st.lists(
    st.builds(
        LogEntry,
        st.sampled_from([SNAPSHOT, RECOVERED, "checkout", RESET]),
        st.sampled_from([A, B, C, D]),
        st.just(MAIN.ref),
        st.sampled_from([None, A, B, C, D]),
    ),
    max_size=12,
)


@settings(max_examples=500, deadline=None)
@given(lines)
def test_parents_are_never_cyclic(entries: list[LogEntry]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = "".join(f"{json.dumps(entry.to_json())}\n" for entry in entries)
        (Path(folder) / "log.jsonl").write_text(log)
        repository = Repository.init(Path(folder))
        for digest in (A, B, C, D):
            assert digest not in chain(repository, digest)


class Model:
    """What a history says, kept beside the repository: parents, and where each branch has stood."""

    def __init__(self) -> None:
        self.parents: dict[Digest, Digest | None] = {}
        self.stood: dict[BranchName, list[Digest]] = {}

    def moved(self, branch: BranchName, digest: Digest) -> None:
        stood = self.stood.setdefault(branch, [])
        if stood[-1:] != [digest]:
            self.parents.setdefault(digest, stood[-1] if stood else None)
            stood.append(digest)

    def kept(self) -> set[Digest]:
        found, pending = set[Digest](), [digest for stood in self.stood.values() for digest in stood]
        while pending:
            if (digest := pending.pop()) not in found:
                found.add(digest)
                pending += filter(None, (self.parents[digest],))
        return found


def save(repository: Repository, model: Model, branch: BranchName, edit: int) -> None:
    model.moved(branch, saved(repository, edit, branch))


def go_back(repository: Repository, model: Model, branch: BranchName, number: int) -> None:
    known = sorted(snapshots(repository))
    target = known[number % len(known)]
    restore(repository, branch, target)
    model.moved(branch, target)


def start(repository: Repository, model: Model, branch: BranchName, number: int) -> None:
    model.stood[branch] = [create_branch(repository, branch, NAMES[number % 3].ref)]


def end(repository: Repository, model: Model, branch: BranchName, _: int) -> None:
    delete_branch(repository, branch)
    del model.stood[branch]


def rename(repository: Repository, model: Model, branch: BranchName, number: int) -> None:
    rename_branch(repository, branch, NAMES[number % 3])
    model.stood[NAMES[number % 3]] = model.stood.pop(branch)


def gone(repository: Repository, model: Model, branch: BranchName, _: int) -> None:
    """A branch is moved back by chemigram's reset: what comes after the target is no part of it any more."""
    stood = model.stood.get(branch, [])
    if len(stood) < 2:
        return
    target = stood[-2]
    repository.log.append(LogEntry(RESET, target, branch.ref, parent=stood[-1]))
    with repository.refs.moving(branch, stood[-1], target) as move:
        move()
    del stood[-1:]


steps = st.lists(
    st.tuples(
        st.sampled_from([save, save, save, go_back, start, end, rename, gone]),
        st.sampled_from(NAMES),
        st.integers(0, 5),
    ),
    max_size=25,
)


@contextmanager
def without_waiting_for_the_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        yield


@settings(max_examples=150, deadline=None)
@given(steps)
def test_histories_match_a_model_and_gc_keeps_former_tips(
    history: list[tuple[object, BranchName, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, without_waiting_for_the_disk():
        repository, model = Repository.init(Path(folder) / "repository"), Model()
        save(repository, model, MAIN, 0)
        for step, branch, number in history:
            assert callable(step)
            with suppress(Refused):
                step(repository, model, branch, number)
        assert {digest: repository.history.parent(digest) for digest in model.parents} == model.parents
        for digest in model.parents:
            assert digest not in chain(repository, digest)
        collect(repository, timedelta(0))
        assert set(snapshots(repository)) == model.kept()
        assert naive.reached(repository.root) == model.kept()
        assert fsck.check(repository.root) == []
