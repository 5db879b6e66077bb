"""The log on a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from chemfs.cli.log_graph import draw
from chemigram_core.repository import Repository
from tests.chemfs.verbs.answer import Chemfs
from tests.support.builders import sidecar as edited

Sidecar = Callable[[int], Path]


@pytest.fixture
def branched(chemfs: Chemfs, repository: str, sidecar: Sidecar) -> Repository:
    """Two states on main, and one beside the second on another branch."""
    chemfs("branch", repository, "warm", "v1_export")
    chemfs("snapshot", repository, sidecar(4), "--branch", "warm")
    return Repository(Path(repository))


def drawn(repository: Repository, width: int = 120, max_rows: int | None = None) -> list[str]:
    """The lines, without the identifiers and times that differ each time."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    draw(repository, repository.log.newest_first(), max_rows, console)
    assert isinstance(console.file, io.StringIO)
    return [re.sub(r"[0-9a-f]{8}  ....-..-.. ..:..", "#", line) for line in console.file.getvalue().splitlines()]


def test_branches_are_lines_and_each_save_says_what_it_changed(branched: Repository) -> None:
    assert drawn(branched) == [
        "● #  [warm]  Rating: ★ → ★★★★",
        "│ ● #  [HEAD → main]  Rating: ★ → ★★",
        "├─╯",
        '● #  [v1_export]  "first look"',
    ]


def test_rows_fit_a_narrow_terminal(branched: Repository) -> None:
    assert len(drawn(branched, width=40)) == 4


def test_collected_states_are_still_listed(branched: Repository) -> None:
    snapshot = branched.resolve("v1_export")
    next((branched.root / "objects" / snapshot.shard).glob(f"{snapshot.rest}*")).unlink()
    assert drawn(branched)[0] == "● #  [warm]  collected"


def test_number_of_drawn_saves_can_be_limited(branched: Repository) -> None:
    assert drawn(branched, max_rows=2) == drawn(branched)[:2]


def test_a_save_that_lost_history_is_marked(chemfs: Chemfs, repository: str) -> None:
    with_history = Path("edited.xmp")
    with_history.write_bytes(edited(1))
    chemfs("snapshot", repository, with_history)
    chemfs("snapshot", repository, "rating1.xmp")
    first = drawn(Repository(Path(repository)))[0]
    assert first.startswith("● #  [HEAD → main, v1_export]  history lost  The history is gone: 1 step before")
