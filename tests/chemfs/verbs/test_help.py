"""The help pages: every verb is listed once, and each page fits the terminal."""

from __future__ import annotations

import re

import pytest

from chemfs.cli.overview import GROUPS, VERBS
from chemfs.cli.parser import load
from tests.chemfs.verbs.answer import Chemfs

WIDTHS = (80, 120)


def lines(chemfs: Chemfs, monkeypatch: pytest.MonkeyPatch, *arguments: str, columns: int) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    answer = chemfs(*arguments)
    assert (answer.code, answer.error) == (0, "")
    return answer.out.splitlines()


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_overview_lists_each_verb_once_below_its_group(
    chemfs: Chemfs, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    page = lines(chemfs, monkeypatch, "--help", columns=columns)
    listed = [line.split()[0] for line in page if re.match(r"  \w", line)]
    assert listed == [verb for group in GROUPS.values() for verb in group]
    assert max(map(len, page)) <= columns


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_page_says_what_the_verb_does_and_shows_an_example(
    chemfs: Chemfs, monkeypatch: pytest.MonkeyPatch, verb: str, columns: int
) -> None:
    page = lines(chemfs, monkeypatch, verb, "--help", columns=columns)
    assert page[0].startswith(f"usage: chemfs {verb} ")
    assert page[-1] == f"Example: {load(verb).EXAMPLE}"
    assert load(verb).EXAMPLE.startswith(f"chemfs {verb} ")
    assert max(map(len, page)) <= columns


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_descriptions_start_with_an_imperative_verb(verb: str) -> None:
    """`Show the log`, not `shows the log` or `the log`."""
    summary = next(group[verb] for group in GROUPS.values() if verb in group)
    for text in (summary, load(verb).DESCRIPTION):
        assert re.match(
            r"(Check|Copy|Create|List|Print|Record|Remove|Render|Restore|Save|Show|Switch|Unmount|Write)\b", text
        ), text
    assert not summary.endswith(".")
    assert load(verb).DESCRIPTION.endswith(".")
