"""Random histories, collected: what is left is what plain files say is reached, wherever a collection is killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chemigram_core.errors import Refused
from chemigram_core.fsck import check
from chemigram_core.gc.collector import collect
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch, delete_tag
from chemigram_core.operations.save import remove_masks, rename_mask, save_xmp
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.repository import MAIN, Repository
from tests.core import naive
from tests.support.builders import mask, sidecar

GRACE = timedelta(days=14)
BRANCHES = [MAIN, BranchName("a"), BranchName("b")]
NAMES = [MaskName("sky"), MaskName("subject")]

Step = Callable[[Repository], object]
branches, names, levels = st.sampled_from(BRANCHES), st.sampled_from(NAMES), st.integers(0, 3)


def step(verb: Callable[..., object], *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
    return st.tuples(*arguments).map(lambda given: lambda repository: verb(repository, *given))


def save_with_masks(repository: Repository, branch: BranchName, edit: int, chosen: dict[MaskName, int]) -> None:
    told = {name: Provenance("provider", f"level {level}") for name, level in chosen.items()}
    files = {name: mask(level, size=(4, 3)) for name, level in chosen.items()}
    save_xmp(repository, branch, sidecar(edit), mask_files=files, provenance=told)


def remove_mask(repository: Repository, branch: BranchName, name: MaskName) -> None:
    tip = repository.state(repository.tip(branch)).masks
    remove_masks(repository, branch, {name: tip[name]} if name in tip else {})


def save_old_state_again(repository: Repository, branch: BranchName, number: int) -> None:
    saved = sorted(naive.stored(repository.root, ".xmp").values())
    if saved:
        save_xmp(repository, branch, saved[number % len(saved)])


def check_out(repository: Repository, branch: BranchName, detached: int) -> None:
    checkout(repository, Detached(repository.tip(branch)) if detached else OnBranch(branch))


def tag(repository: Repository, branch: BranchName, number: int) -> None:
    create_tag(repository, TagName(f"v{number}"), branch.ref)


def age(repository: Repository, number: int) -> None:
    """Every second, third or fourth object is old from now on."""
    for path in sorted((repository.root / "objects").rglob("*.*"))[:: number + 1]:
        os.utime(path, (1e9, 1e9))


STEPS = st.one_of(
    step(save_with_masks, branches, levels, st.dictionaries(names, levels, max_size=2)),
    step(rename_mask, branches, names, names),
    step(remove_mask, branches, names),
    step(save_old_state_again, branches, st.integers(0, 9)),
    step(create_branch, branches),
    step(delete_branch, branches),
    step(tag, branches, levels),
    step(lambda repository, number: delete_tag(repository, TagName(f"v{number}")), levels),
    step(check_out, branches, st.integers(0, 1)),
    step(age, levels),
    step(lambda repository: collect(repository, GRACE)),
)


@contextmanager
def made_by(steps: list[Step]) -> Iterator[Repository]:
    """A repository with this history; steps that make no sense there are refused."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository.init(Path(folder) / "repository")
        save_xmp(repository, MAIN, sidecar(9))
        for one in steps:
            with suppress(Refused):
                one(repository)
        yield repository


@pytest.fixture(autouse=True, scope="module")
def without_waiting_for_the_disk() -> Iterator[None]:
    """What is removed, not what a power cut does: durable writes have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def expected(root: Path) -> tuple[set[str], set[str]]:
    """The snapshots and the masks that a collection must leave, as plain files tell."""
    snapshots, masks = naive.stored(root, ".xmp"), naive.stored(root, ".png")
    kept = {name for name in snapshots if name in naive.reached(root) or is_young(root, name, ".xmp")}
    needed = naive.current(root).union(*(naive.masks_of(snapshots[name]) for name in kept))
    return kept, {name for name in masks if name in needed or is_young(root, name, ".png")}


def is_young(root: Path, name: str, suffix: str) -> bool:
    return (root / "objects" / name[:2] / (name[2:] + suffix)).stat().st_mtime > 1e9


def known(root: Path) -> dict[str, dict[str, object]]:
    """What the registry knows of each mask, but for whether it is purged."""
    return {
        name: {key: value for key, value in record.items() if key != "purged"}
        for name, record in naive.records(root).items()
    }


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, min_size=8, max_size=30), levels)
def test_reachable_objects_stay_unchanged_and_the_rest_is_removed(steps: list[Step], part: int) -> None:
    with made_by(steps) as repository:
        root = repository.root
        age(repository, part)
        before = {**naive.stored(root, ".xmp"), **naive.stored(root, ".png")}
        snapshots, masks = expected(root)
        known_before = known(root)
        collect(repository, GRACE)
        after = {**naive.stored(root, ".xmp"), **naive.stored(root, ".png")}
        assert after.keys() == snapshots | masks
        assert all(before[name] == data for name, data in after.items())
        assert known(root) == known_before
        assert {
            name for name, record in naive.records(root).items() if "purged" in record
        } == known_before.keys() - masks
        assert (naive.problems(root), check(root)) == ([], [])
        log = (root / "log.jsonl").read_bytes()
        collect(Repository(root), GRACE)
        assert {**naive.stored(root, ".xmp"), **naive.stored(root, ".png")} == after
        assert (root / "log.jsonl").read_bytes() == log


class Killed(BaseException):
    """Nothing runs after it."""


@contextmanager
def killed_before_change(number: int) -> Iterator[list[int]]:
    """Raise before the collector's change of this number on disk; yields the count of changes."""
    changes = [0]

    def counted(verb: Callable[..., object]) -> Callable[..., object]:
        def change(*arguments: object, **options: object) -> object:
            changes[0] += 1
            if changes[0] > number:
                raise Killed
            return verb(*arguments, **options)

        return change

    with pytest.MonkeyPatch.context() as patch:
        for verb in ("unlink", "replace", "write"):
            patch.setattr(os, verb, counted(getattr(os, verb)))
        with suppress(Killed):
            yield changes


def old_garbage() -> list[Step]:
    """A history that leaves garbage of every kind."""
    a, b = BRANCHES[1:]
    sky, subject = NAMES
    return [
        lambda it: save_with_masks(it, MAIN, 1, {sky: 0, subject: 1}),
        lambda it: create_branch(it, a),
        lambda it: save_with_masks(it, a, 2, {sky: 2}),
        lambda it: save_with_masks(it, a, 3, {subject: 3}),
        lambda it: create_branch(it, b, a.ref),
        lambda it: save_with_masks(it, b, 0, {sky: 1}),
        lambda it: delete_branch(it, a),
        lambda it: delete_branch(it, b),
        lambda it: check_out(it, MAIN, 0),
        lambda it: age(it, 0),
    ]


def test_a_collection_killed_at_any_point_leaves_a_sound_store() -> None:
    with made_by(old_garbage()) as repository:
        whole = repository.root
        snapshots, masks = expected(whole)
        for number in range(100):
            root = whole.with_name("killed")
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(whole, root, symlinks=True)
            with killed_before_change(number) as changes:
                collect(Repository(root), GRACE)
            assert (naive.problems(root), check(root)) == ([], []), number
            assert snapshots <= naive.stored(root, ".xmp").keys(), number
            collect(Repository(root), GRACE)
            assert naive.stored(root, ".xmp").keys() == snapshots
            assert naive.stored(root, ".png").keys() == masks
            assert {name for name, it in naive.records(root).items() if "purged" in it} == known(root).keys() - masks
            if changes[0] <= number:
                break
        assert number == 8  # three snapshots, the registry (two steps), two masks, the log
