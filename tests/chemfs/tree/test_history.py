"""history/: the states of each branch by time, also of renamed and deleted branches."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemfs.tree.errors import NotFound
from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import RENAME
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind
from tests.support.by_path import ByPath

DAY, LATER = "2026-05-01", "2026-05-02"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty one."""
    return Repository.init(tmp_path / "r")


def state(repository: Repository, content: bytes, ref: str, day: str = DAY, op: str = "snapshot") -> Digest:
    """A state with a line in the log."""
    digest = repository.objects.put(content, Kind.SNAPSHOT)
    repository.log.append(LogEntry(op, digest, ref, timestamp=f"{day}T10:00:00+00:00"))
    return digest


def names(view: ByPath, path: str) -> list[str]:
    """What a folder of history/ lists."""
    return view.names(f"/history/{path}")


def test_states_are_grouped_by_day_and_time(repository: Repository) -> None:
    view = ByPath(repository.root)
    first = state(repository, b"1", "refs/heads/main")
    assert names(view, "main") == [DAY]
    second = state(repository, b"2", "refs/heads/main", LATER)
    assert names(view, "main") == [DAY, LATER]
    assert names(view, f"main/{DAY}") == [f"10.00.00-{first[:12]}"]
    assert view.read(f"/history/main/{LATER}/10.00.00-{second[:12]}/image.xmp") == b"2"
    with pytest.raises(NotFound):
        view.node(f"/history/main/{DAY}/10.00.00-{second[:12]}")


def test_reused_name_shows_its_present_branch(repository: Repository) -> None:
    view = ByPath(repository.root)
    first = state(repository, b"1", "refs/heads/main")
    assert names(view, f"main/{DAY}") == [f"10.00.00-{first[:12]}"]
    repository.log.append(LogEntry(RENAME, first, "refs/heads/warm", metadata={"from": "refs/heads/main"}))
    second = state(repository, b"2", "refs/heads/main")
    assert names(view, f"main/{DAY}") == [f"10.00.00-{second[:12]}"]
    assert names(view, f"warm/{DAY}") == [f"10.00.00-{first[:12]}"]


def test_deleted_branch_does_not_hide_branches_below_its_name(repository: Repository) -> None:
    view = ByPath(repository.root)
    state(repository, b"1", "refs/heads/look")  # deleted before the next is made
    state(repository, b"2", "refs/heads/look/warm")
    assert names(view, "") == ["look"]
    assert names(view, "look") == [DAY, "warm"]
    assert names(view, "look/warm") == [DAY]


@pytest.mark.parametrize("ref", ["refs/heads/", "refs/heads/../x", "refs/heads/a//b", "refs/heads/\x1b[2J"])
def test_invalid_branch_name_in_the_log_is_not_shown(repository: Repository, ref: str) -> None:
    state(repository, b"1", "refs/heads/main")
    state(repository, b"2", ref)
    assert names(ByPath(repository.root), "") == ["main"]
