"""Lines for people: columns are aligned by what a terminal shows, and nothing can steer it."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from chemfs.cli.text import local_time, print_rows
from tests.chemfs.verbs.answer import Chemfs

WIDE = "日本語の枝"


def test_wide_characters_do_not_shift_the_columns(chemfs: Chemfs, repository: str) -> None:
    assert chemfs("branch", repository, WIDE).code == 0
    lines = chemfs("branch", repository).out.splitlines()
    assert {cell_len(line[:-12]) for line in lines} == {len("*  ") + 2 * len(WIDE) + len("  ")}


def test_escaped_text_is_measured_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([("a\x1bb", "1"), ("c", "2")])
    assert capsys.readouterr().out == "a\\x1bb  1\nc       2\n"


def test_empty_table_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([])
    assert capsys.readouterr().out == ""


def test_combining_characters_take_no_column(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([("e\u0301", "1"), ("e", "2")])
    assert capsys.readouterr().out == "e\u0301  1\ne  2\n"


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", ""])
def test_a_time_outside_the_calendar_is_printed_as_it_is(timestamp: str) -> None:
    assert local_time(timestamp) == timestamp
