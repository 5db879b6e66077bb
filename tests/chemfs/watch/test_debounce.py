"""When a changing file is due: pure values, with the times passed in."""

from __future__ import annotations

from math import inf

from chemfs.watch.debounce import Debounce


def test_file_is_due_a_second_after_its_close() -> None:
    files = Debounce[str]()
    files.closed("a", 10.0)
    assert files.take_due(10.9, 9) == []
    assert files.next_due() == 11.0
    assert files.take_due(11.0, 9) == ["a"]
    assert (files.take_due(99.0, 9), files.next_due()) == ([], inf)


def test_each_close_restarts_the_second() -> None:
    files = Debounce[str]()
    for moment in (10.0, 10.5, 11.2):
        assert files.take_due(moment, 9) == []
        files.closed("a", moment)
    assert files.take_due(12.1, 9) == []
    assert files.take_due(12.2, 9) == ["a"]


def test_write_defers_a_closed_file_until_its_next_close() -> None:
    files = Debounce[str]()
    files.closed("a", 10.0)
    files.written("a", 10.8)
    assert files.take_due(11.5, 9) == []
    files.closed("a", 15.0)
    assert files.take_due(16.0, 9) == ["a"]


def test_file_that_stays_open_is_due_after_a_longer_time() -> None:
    files = Debounce[str]()
    files.written("a", 10.0)
    files.written("a", 14.0)
    assert files.take_due(23.9, 9) == []
    assert files.take_due(24.0, 9) == ["a"]


def test_longest_waiting_files_come_first_within_the_limit() -> None:
    files = Debounce[str]()
    for moment, name in enumerate("cab"):
        files.closed(name, float(moment))
    assert files.take_due(99.0, 2) == ["c", "a"]
    assert list(files) == ["b"]


def test_unfinished_file_waits_until_it_was_quiet_for_five_seconds() -> None:
    files = Debounce[str]()
    files.closed("a", 10.0)
    assert files.take_due(11.2, 9) == ["a"]
    assert files.waits("a", 11.2)
    assert (files.take_due(14.9, 9), files.next_due()) == ([], 15.0)
    assert files.take_due(15.0, 9) == ["a"]
    assert not files.waits("a", 15.0)
    assert files.next_due() == inf


def test_each_change_restarts_the_five_seconds() -> None:
    files = Debounce[str]()
    files.closed("a", 10.0)
    assert files.take_due(11.0, 9) == ["a"]
    assert files.waits("a", 11.0)
    files.closed("a", 14.0)
    assert files.take_due(15.0, 9) == ["a"]
    assert files.waits("a", 15.0)
    assert files.next_due() == 19.0


def test_unfinished_file_that_changes_while_it_is_looked_at_is_due_by_that_change() -> None:
    files = Debounce[str]()
    files.closed("a", 10.0)
    files.take_due(11.0, 9)
    files.closed("a", 11.1)
    assert files.waits("a", 11.2)
    assert files.next_due() == 12.1


def test_unfinished_file_found_by_a_scan_counts_as_quiet_since_then() -> None:
    files = Debounce[str]()
    assert files.waits("a", 50.0)
    assert files.take_due(54.9, 9) == []
    assert files.take_due(55.0, 9) == ["a"]
    assert not files.waits("a", 55.0)


def test_file_that_was_open_for_long_does_not_wait() -> None:
    files = Debounce[str]()
    files.written("a", 10.0)
    assert files.take_due(20.0, 9) == ["a"]
    assert not files.waits("a", 20.0)


def test_retry_does_not_postpone_a_change() -> None:
    files = Debounce[str]()
    files.closed("a", 10.0)
    files.retry("a", 70.0)
    files.retry("b", 70.0)
    assert files.take_due(11.0, 9) == ["a"]
    files.closed("b", 20.0)
    assert files.take_due(21.0, 9) == ["b"]
    files.retry("c", 30.0)
    files.clear()
    assert files.take_due(99.0, 9) == []
