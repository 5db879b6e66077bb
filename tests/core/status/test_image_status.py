"""The status of an image: its row, each kind of thing that needs attention, and what a look costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chemigram_core.log import journal
from chemigram_core.names import BranchName, TagName
from chemigram_core.operations.refs import checkout, create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.repository import MAIN, Repository
from chemigram_core.roll_file import Given, write_numbers
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.status.attention import Kind
from chemigram_core.status.image_status import ImageStatus, image_status
from tests.core.calls import count_calls
from tests.support.builders import sidecar
from tests.support.counts import counted
from tests.support.shoots import edit, image

WARM = BranchName("warm")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.init(tmp_path / "a.NEF", image(tmp_path / "photos", "a.NEF"))
    save_xmp(made, MAIN, sidecar(1, entries=3))
    return made


@pytest.fixture
def found(repository: Repository) -> Callable[[], list[tuple[Kind, str]]]:
    def look() -> list[tuple[Kind, str]]:
        return [(one.kind, one.says) for one in image_status(repository.root).attention]

    return look


def test_row_of_an_image(repository: Repository) -> None:
    create_branch(repository, WARM)
    save_xmp(repository, WARM, sidecar(2, entries=3))
    create_tag(repository, TagName("client/v1"))
    last = next(entry for entry in repository.log.newest_first() if entry.op == "snapshot")
    status = image_status(repository.root)
    assert status == ImageStatus(
        OnBranch(MAIN), repository.resolve("main"), last.timestamp, [MAIN, WARM], [TagName("client/v1")]
    )
    checkout(repository, Detached(repository.resolve("warm")))
    assert image_status(repository.root).to_json() == {
        "head": repository.resolve("warm"),
        "hash": repository.resolve("warm"),
        "timestamp": last.timestamp,
        "branches": ["main", "warm"],
        "tags": ["client/v1"],
    }


def test_without_a_state(tmp_path: Path) -> None:
    made = Repository.init(tmp_path / "empty")
    status = image_status(made.root)
    assert [one.kind for one in status.attention] == [Kind.NO_STATE]
    assert (status.head, status.state, status.saved) == (OnBranch(MAIN), None, None)


def test_missing_image_is_reported_with_its_place(
    repository: Repository, tmp_path: Path, found: Callable[[], list[tuple[Kind, str]]]
) -> None:
    assert found() == []
    (tmp_path / "photos").rename(tmp_path / "moved")
    ((kind, says),) = found()
    assert kind is Kind.IMAGE_MISSING
    assert f"{tmp_path}/photos/a.NEF" in says


def test_rejected_save_is_reported_with_its_reason(
    repository: Repository, found: Callable[[], list[tuple[Kind, str]]]
) -> None:
    save = repository.rejected.keep(b"<x", "heads/main/image.xmp", "not a usable XMP: line 1")
    assert found() == [(Kind.REJECTED, f"rejected/{save.file_name}: not a usable XMP: line 1")]
    (one,) = image_status(repository.root).attention
    assert one.to_json()["where"] == "heads/main/image.xmp"


def test_lost_history_is_reported_until_something_is_saved(
    repository: Repository, found: Callable[[], list[tuple[Kind, str]]]
) -> None:
    before = repository.resolve("main")
    save_xmp(repository, MAIN, sidecar(1, entries=1))
    assert found() == [(Kind.HISTORY_LOST, "main: history shrank from 3 to 1 steps")]
    assert image_status(repository.root).attention[0].details["parent"] == before
    save_xmp(repository, MAIN, sidecar(1, entries=4))
    assert found() == []


def test_an_edit_in_both_places(tmp_path: Path) -> None:
    image(tmp_path / "wedding", "a.NEF")
    edit(tmp_path / "wedding", "a.NEF.xmp", 1)
    import_shoot(tmp_path / "wedding", tmp_path / "library")
    repository = Repository(tmp_path / "library/wedding/a.NEF")
    over = save_xmp(repository, MAIN, sidecar(2)).digest
    edit(tmp_path / "wedding", "a.NEF.xmp", 3)
    import_shoot(tmp_path / "wedding", tmp_path / "library")
    (one,) = image_status(repository.root).attention
    assert one.kind is Kind.EDITED_IN_BOTH
    assert (one.details["source"], one.details["ref"], one.details["over"]) == ("a.NEF.xmp", "refs/heads/main", over)


def test_sidecars_without_a_branch(repository: Repository, found: Callable[[], list[tuple[Kind, str]]]) -> None:
    folder = repository.root / "scratch" / "main"
    folder.mkdir(parents=True)
    for name in ("a_01.NEF.xmp", "b_01.NEF.xmp", "notes.txt", "a.xmp"):
        (folder / name).write_bytes(b"")
    assert found() == [
        (Kind.NEAR_NAME, "heads/main/a.xmp"),
        (Kind.UNVERSIONED_DUPLICATE, "heads/main/a_01.NEF.xmp"),
    ]


def test_damage_is_reported_once_beside_other_problems(
    repository: Repository, found: Callable[[], list[tuple[Kind, str]]]
) -> None:
    create_branch(repository, WARM)
    (repository.root / "refs/heads/warm").write_text("")
    repository.rejected.keep(b"<x", "heads/main/image.xmp", "no")
    kinds = [kind for kind, _ in found()]
    assert kinds == [Kind.DAMAGED, Kind.REJECTED]
    assert "refs/heads/warm" in found()[0][1]


def test_branch_with_a_missing_state(repository: Repository, found: Callable[[], list[tuple[Kind, str]]]) -> None:
    for path in (repository.root / "objects").rglob("*.xmp"):
        path.unlink()
    ((kind, says),) = found()
    assert (kind, "main: missing object" in says) == (Kind.DAMAGED, True)


@pytest.mark.parametrize("name", ["HEAD", "objects", "refs"])
def test_incomplete_repository_is_damaged(
    repository: Repository, found: Callable[[], list[tuple[Kind, str]]], name: str
) -> None:
    (repository.root / name).rename(repository.root / "away")
    ((kind, says),) = found()
    assert (kind, name in says) == (Kind.DAMAGED, True)


def test_unlogged_snapshots_are_counted_on_request(repository: Repository) -> None:
    assert image_status(repository.root, counts_unlogged=True).unlogged == 0
    (repository.root / "log.jsonl").write_text("")
    assert image_status(repository.root, counts_unlogged=True).unlogged == 1


def test_status_opens_few_files_and_parses_no_xmp(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many states there are."""
    time.sleep(0.03)  # what changed in the last 20 ms is read each time
    with counted() as few:
        image_status(repository.root)
    for number in range(30):
        save_xmp(repository, MAIN, sidecar(number, entries=3))
    lines = count_calls(monkeypatch, journal, "parse_line")
    time.sleep(0.03)
    with counted() as many:
        assert image_status(repository.root).attention == []
    assert (few.parses, many.parses) == (0, 0)
    assert max(few.opens, many.opens) <= 16
    assert len(lines) == 1


def test_number_0_taken_from_a_deleted_branch_is_reported(
    repository: Repository, found: Callable[[], list[tuple[Kind, str]]]
) -> None:
    write_numbers(repository.root, {0: Given(MAIN, "2026-11-20T18:00:00+00:00", instead_of=WARM)})
    assert found() == [(Kind.NUMBER_0_MOVED, "number 0 was warm, which was deleted, and is now main")]


def test_sidecar_removed_in_the_roll(repository: Repository, found: Callable[[], list[tuple[Kind, str]]]) -> None:
    given = {0: Given(MAIN, "2026-11-20T18:00:00+00:00", hidden=repository.resolve("main"))}
    write_numbers(repository.root, given)
    assert found() == [(Kind.HIDDEN_SIDECAR, "main, which has number 0 there")]
    save_xmp(repository, MAIN, sidecar(2, entries=3))
    assert found() == []


def test_number_reused_by_darktable(repository: Repository, found: Callable[[], list[tuple[Kind, str]]]) -> None:
    create_branch(repository, WARM)
    given = {0: Given(MAIN, "2026-11-20T18:00:00+00:00"), 2: Given(WARM, "2026-11-20T18:00:00+00:00", took_over=1)}
    write_numbers(repository.root, given)
    ((kind, says),) = found()
    assert (kind, says) == (
        Kind.NUMBER_TAKEN_OVER,
        "darktable used 1, another branch's number, for warm, whose number is 2",
    )
