"""Unified diffs: they lead from one text to the other, say no more than changed, and come soon for any text."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.compare.unified_diff import unified_diff

texts = st.lists(st.sampled_from([f"{letter}\n" for letter in "abcdefghijklmn"]), max_size=30)
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")


def diff(before: Sequence[str], after: Sequence[str]) -> list[str]:
    return list(unified_diff(before, after, ("a", "b")))


def patched(before: Sequence[str], lines: Iterable[str]) -> list[str]:
    """What a diff makes of a text; every number in it and every line that it repeats is held against the text."""
    after: list[str] = []
    at = left = made = 0
    for line in list(lines)[2:]:
        if hunk := _HUNK.fullmatch(line):
            assert (left, made) == (0, 0)
            start, old, new_start, new = (int(number or 1) for number in hunk.groups())
            after += before[at : start - bool(old)]
            at, left, made = start - bool(old), old, new
            assert len(after) == new_start - bool(new)
            continue
        if line[0] in " -":
            assert before[at] == line[1:]
            at, left = at + 1, left - 1
        if line[0] in " +":
            after.append(line[1:])
            made -= 1
    return after + list(before[at:])


@given(texts, texts)
def test_diff_turns_one_text_into_the_other(before: list[str], after: list[str]) -> None:
    lines = diff(before, after)
    assert patched(before, lines) == after
    assert bool(lines) == (before != after)


def test_changed_line_has_three_lines_of_context() -> None:
    before = [f"{number}\n" for number in range(1, 20)]
    after = [*before[:9], "new\n", *before[10:]]
    found = ["--- a\n", "+++ b\n", "@@ -7,7 +7,7 @@\n", " 7\n", " 8\n", " 9\n", "-10\n", "+new\n"]
    assert diff(before, after) == [*found, " 11\n", " 12\n", " 13\n"]


def test_repeated_lines_around_a_change_are_context() -> None:
    before = ["<li>\n", "one\n", "</li>\n", "<li>\n", "two\n", "</li>\n"]
    after = ["<li>\n", "one\n", "</li>\n", "<li>\n", "new\n", "</li>\n", "<li>\n", "two\n", "</li>\n"]
    assert [line for line in diff(before, after) if line[0] in "+-"][2:] == ["+new\n", "+</li>\n", "+<li>\n"]


def test_many_repeated_lines_take_no_more_steps() -> None:
    chance = random.Random(1)
    before, after = ([f"{chance.randrange(100)}\n" for _ in range(40_000)] for _ in range(2))
    assert patched(before, diff(before, after)) == after
