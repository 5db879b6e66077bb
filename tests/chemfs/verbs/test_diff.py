"""diff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chemfs.cli.text import wrapped
from tests.chemfs.verbs.answer import Chemfs

Sidecar = Callable[[int], Path]


def test_two_states(chemfs: Chemfs, repository: str) -> None:
    assert chemfs("diff", repository, "v1_export", "main").out == "Metadata\n  Rating: ★ → ★★\n"


def test_a_state_and_itself(chemfs: Chemfs, repository: str) -> None:
    answer = chemfs("diff", repository, "main", "HEAD")
    assert (answer.code, answer.out) == (0, "No changes.\n")
    assert chemfs("diff", repository, "main", "HEAD", "--json").json["root"] is None


def test_long_lines_are_broken_between_words_on_a_terminal() -> None:
    text = "Edit\n  exposure: exposure +0.50 EV → -1.25 EV\n\nMetadata\n  Rating: ★\n"
    assert wrapped(text, 24) == "Edit\n  exposure: exposure\n    +0.50 EV → -1.25 EV\n\nMetadata\n  Rating: ★\n"


def test_json_and_markdown(chemfs: Chemfs, repository: str) -> None:
    assert chemfs("diff", repository, "v1_export", "main", "--json").json["root"]["action"] == "modify"
    assert chemfs("diff", repository, "v1_export", "main", "--markdown").out.startswith("# v1_export → main\n")


def test_files_without_a_repository(chemfs: Chemfs, sidecar: Sidecar) -> None:
    assert chemfs("diff", "--no-repo", sidecar(1), sidecar(2)).out == "Metadata\n  Rating: ★ → ★★\n"


@pytest.mark.parametrize(
    "operands", [["r", "v1"], ["r", "a", "b", "c"], ["--no-repo", "a"], ["--no-repo", "a", "b", "c"]]
)
def test_wrong_usage(chemfs: Chemfs, operands: list[str]) -> None:
    answer = chemfs("diff", *operands)
    assert answer.code == 2
    assert "expected REPO A B, or --no-repo LEFT RIGHT" in answer.error


def test_missing_files_are_reported(chemfs: Chemfs, repository: str) -> None:
    assert chemfs("diff", repository, "v1_export", "nosuch").code == 3
    Path("circle").symlink_to("circle")
    answer = chemfs("diff", "--no-repo", "circle", repository)
    assert (answer.code, answer.error) == (3, "chemfs: can't read 'circle': Too many levels of symbolic links\n")
    answer = chemfs("diff", "--no-repo", "nosuch", repository)
    assert (answer.code, answer.error) == (3, "chemfs: can't read 'nosuch': No such file or directory\n")
