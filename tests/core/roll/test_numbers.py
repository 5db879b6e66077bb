"""Which number each branch has in darktable, and that it keeps it whatever happens to branches and HEAD."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chemigram_core.digest import Digest
from chemigram_core.durable.json_file import LIMIT_BYTES
from chemigram_core.errors import CannotBeLogged, RefDamaged
from chemigram_core.names import BranchName
from chemigram_core.operations.refs import create_branch, delete_branch, rename_branch
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.head import Detached, Head, OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll.numbers import completed, given_numbers
from chemigram_core.roll_file import FILE_NAME, MAX_NUMBER, Given, Numbers, RollDamaged, keep_numbers, read_numbers
from chemigram_core.shoot.file_names import sidecar_name
from tests.support.builders import sidecar

WARM, COLD = BranchName("warm"), BranchName("cold")
NOWHERE = Detached(Digest("0" * 64))


def complete(known: Numbers, branches: Collection[BranchName], head: Head = OnBranch(MAIN)) -> Numbers:  # noqa: B008
    return completed(known, branches, head, lambda _: False)


def shown(numbers: Numbers) -> dict[int, str]:
    return {number: given.branch for number, given in sorted(numbers.items()) if not given.is_retired}


def all_numbers(repository: Repository) -> Numbers:
    return given_numbers(repository, repository.refs.branches(), lambda _: False, {}, may_write=True)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "a")
    save_xmp(made, MAIN, sidecar())
    return made


def test_the_branch_of_head_has_number_0_and_the_others_follow_by_name() -> None:
    assert shown(complete({}, [COLD, MAIN, WARM])) == {0: MAIN, 1: COLD, 2: WARM}
    assert shown(complete({}, [])) == {0: MAIN}, "before its first save"


def test_a_checkout_changes_no_number() -> None:
    numbers = complete({}, [MAIN, WARM])
    assert complete(numbers, [MAIN, WARM], OnBranch(WARM)) is numbers
    assert complete(numbers, [MAIN, WARM], NOWHERE) is numbers


def test_new_branch_gets_an_unused_number() -> None:
    numbers = {0: Given(MAIN, ""), 1: Given(WARM, "", is_retired=True), 5: Given(COLD, "")}
    assert shown(complete(numbers, [MAIN, WARM, COLD])) == {0: MAIN, 5: COLD, 6: WARM}


def test_number_of_another_images_file_is_not_given() -> None:
    numbers = completed({}, [MAIN, WARM], OnBranch(MAIN), lambda number: number < 3)
    assert shown(numbers) == {0: MAIN, 3: WARM}


def test_the_branch_of_head_takes_number_0_of_a_deleted_one() -> None:
    numbers = complete(complete({}, [MAIN, WARM]), [WARM], OnBranch(WARM))
    assert shown(numbers) == {0: WARM}
    assert numbers[0].instead_of == MAIN
    assert numbers[1].is_retired
    assert shown(complete(numbers, [WARM, COLD], OnBranch(WARM))) == {0: WARM, 2: COLD}


def test_number_0_stays_empty_while_head_is_detached() -> None:
    assert shown(complete({}, [WARM], NOWHERE)) == {1: WARM}
    numbers = complete(complete({}, [MAIN, WARM]), [WARM], NOWHERE)
    assert complete(numbers, [WARM], NOWHERE) is numbers
    assert shown(complete(numbers, [WARM], OnBranch(WARM))) == {0: WARM}


def test_numbers_are_stored_once(repository: Repository) -> None:
    create_branch(repository, WARM)
    numbers = all_numbers(repository)
    before = (repository.root / FILE_NAME).stat()
    assert all_numbers(repository) == read_numbers(repository.root) == numbers
    assert (repository.root / FILE_NAME).stat().st_ino == before.st_ino


def test_numbers_are_stable_where_nothing_can_be_written(repository: Repository) -> None:
    create_branch(repository, WARM)
    branches = repository.refs.branches()
    first = given_numbers(repository, branches, lambda _: False, {}, may_write=False)
    create_branch(repository, COLD)
    branches = repository.refs.branches()
    second = given_numbers(repository, branches, lambda _: False, first, may_write=False)
    assert shown(second) == {0: MAIN, 1: WARM, 2: COLD}
    assert not (repository.root / FILE_NAME).exists()


def test_a_renamed_branch_keeps_its_number(repository: Repository) -> None:
    create_branch(repository, WARM)
    all_numbers(repository)
    rename_branch(repository, WARM, COLD)
    assert shown(all_numbers(repository)) == {0: MAIN, 1: COLD}


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "unlink"])
@pytest.mark.parametrize("change", ["rename", "delete"])
def test_failed_rename_or_delete_keeps_branch_and_number(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, change: str, call: str
) -> None:
    create_branch(repository, WARM)
    all_numbers(repository)
    before, nth = (repository.refs.branches(), read_numbers(repository.root)), 0
    while (answer := failing_at(nth := nth + 1, call, change, repository, monkeypatch)) == "failed":
        assert (repository.refs.branches(), read_numbers(repository.root)) == before, f"{call} number {nth} failed"
    assert (nth > 1, answer) == (True, "done")


def failing_at(nth: int, call: str, change: str, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> str:
    """Rename or delete the branch while the nth call of an `os` function fails; return "failed" or "done"."""
    calls, really = count(1), getattr(os, call)

    def failing(*given: Any, **options: Any) -> Any:
        if next(calls) == nth:
            raise OSError(errno.EIO, "the disk fails")
        return really(*given, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, failing)
        try:
            rename_branch(repository, WARM, COLD) if change == "rename" else delete_branch(repository, WARM)
        except OSError:
            return "failed"
    return "done"


def test_recreated_branch_gets_another_number(repository: Repository) -> None:
    create_branch(repository, WARM)
    all_numbers(repository)
    delete_branch(repository, WARM)
    assert shown(all_numbers(repository)) == {0: MAIN}
    create_branch(repository, WARM)
    assert shown(all_numbers(repository)) == {0: MAIN, 2: WARM}


def test_imported_numbers_are_kept(repository: Repository) -> None:
    keep_numbers(repository.root, {0: MAIN, 7: WARM})
    create_branch(repository, WARM)
    create_branch(repository, COLD)
    assert shown(all_numbers(repository)) == {0: MAIN, 7: WARM, 8: COLD}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"x": {}}',
        '{"0": {}}',
        '{"0": []}',
        *(f'{{"0": {{"branch": {branch}, "given": ""}}}}' for branch in ('"a..b"', "5", "null", "[]")),
        *(
            f'{{"{key}": {{"branch": "warm", "given": ""}}}}'
            for key in ("-1", "+1", " 1", "1_0", "\u0663", "2147483648", "9" * 5000)
        ),
        *(
            f'{{"1": {{"branch": "warm", "given": "", {more}}}}}'
            for more in (
                '"took_over": 1e999',
                '"took_over": NaN',
                '"took_over": -1',
                '"hidden": 5',
                '"name": 5',
                '"name": "\\ud800"',
                '"name": "\\u0000"',
                '"name": "\\u001b[2J"',
            )
        ),
        " " * LIMIT_BYTES + "{}",
    ],
)
def test_damaged_numbers_are_an_error(repository: Repository, text: str) -> None:
    (repository.root / FILE_NAME).write_text(text)
    with pytest.raises(RollDamaged):
        all_numbers(repository)


def test_no_number_follows_the_last_one_of_darktable(repository: Repository) -> None:
    keep_numbers(repository.root, {MAX_NUMBER: MAIN})
    create_branch(repository, WARM)
    with pytest.raises(RollDamaged):
        all_numbers(repository)
    assert shown(read_numbers(repository.root)) == {MAX_NUMBER: MAIN}


def test_numbers_beyond_the_limit_of_the_file_are_not_written(repository: Repository) -> None:
    keep_numbers(repository.root, {1: WARM})
    with pytest.raises(CannotBeLogged):
        keep_numbers(repository.root, {number: BranchName(f"b{number}") for number in range(2, 20_000)})
    assert shown(read_numbers(repository.root)) == {1: WARM}


@pytest.mark.parametrize(
    ("image", "number", "name"),
    [
        ("a.NEF", 0, "a.NEF.xmp"),
        ("a.NEF", 1, "a_01.NEF.xmp"),
        ("a.b.NEF", 123, "a.b_123.NEF.xmp"),
        ("a", 0, "a.xmp"),
        ("a", 1, None),
    ],
)
def test_the_sidecars_of_an_image(image: str, number: int, name: str | None) -> None:
    assert sidecar_name(image, number) == name


def test_damaged_head_gives_no_number_and_takes_none(repository: Repository) -> None:
    create_branch(repository, WARM)
    known = all_numbers(repository)
    create_branch(repository, COLD, "warm")
    (repository.root / "HEAD").unlink()
    assert all_numbers(repository) == known
    (repository.root / FILE_NAME).unlink()
    with pytest.raises(RefDamaged):
        all_numbers(repository)
