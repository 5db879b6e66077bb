"""The log on a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from chemfs.verbs.drawn_log import draw
from chemigram_core.repository import Repository
from tests.chemfs.verbs.answer import Chemfs

Sidecar = Callable[[int], Path]


@pytest.fixture
def branched(chemfs: Chemfs, repository: str, sidecar: Sidecar) -> Repository:
    """Two states on main, and one beside the second on another branch."""
    chemfs("branch", repository, "warm", "v1_export")
    chemfs("snapshot", repository, sidecar(4), "--branch", "warm")
    return Repository(Path(repository))


def drawn(repository: Repository, width: int = 120) -> list[str]:
    """The lines, without the identifiers and times that differ each time."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    draw(repository, list(repository.log.entries())[::-1], console)
    assert isinstance(console.file, io.StringIO)
    return [re.sub(r"[0-9a-f]{12}  ....-..-.. ..:..:..", "#", line) for line in console.file.getvalue().splitlines()]


def test_branches_are_lines_and_each_save_says_what_it_changed(branched: Repository) -> None:
    assert drawn(branched) == [
        "● #  [warm]  Rating: ★ → ★★★★",
        "│ ● #  [HEAD → main]  Rating: ★ → ★★",
        "├─╯",
        '● #  [v1_export]  "first look"',
    ]


def test_a_row_is_one_line_however_narrow_the_terminal(branched: Repository) -> None:
    assert len(drawn(branched, width=40)) == 4


def test_what_gc_collected_is_still_listed(branched: Repository) -> None:
    snapshot = branched.resolve("v1_export")
    next((branched.root / "objects" / snapshot.shard).glob(f"{snapshot.rest}*")).unlink()
    assert drawn(branched)[0] == "● #  [warm]  collected"
