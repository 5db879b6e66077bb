"""The log is only appended to; what a crash or another program left in it is tolerated and kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.index import History
from chemigram_core.log.journal import OperationLog
from chemigram_core.log.lineage import Lineage
from chemigram_core.log.operations import RENAME
from chemigram_core.names import MaskName

A, B = Digest.of(b"a"), Digest.of(b"b")


def test_a_line_has_the_keys_that_have_a_value(tmp_path: Path) -> None:
    OperationLog(tmp_path).append(LogEntry("snapshot", A, "refs/heads/main", label="first", masks={MaskName("m"): B}))
    line = json.loads((tmp_path / "log.jsonl").read_text())
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {"op": "snapshot", "hash": A, "ref": "refs/heads/main", "label": "first", "masks": {"m": B}}


def test_entries_round_trip(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    entries = [LogEntry("snapshot", A, "refs/heads/main"), LogEntry("snapshot", B, "refs/heads/main", A, "warm")]
    for entry in entries:
        log.append(entry)
    assert list(log.entries()) == entries


def test_newest_come_first_for_lines_of_any_length(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    assert list(log.newest_first()) == []
    with (tmp_path / "log.jsonl").open("w") as file:
        for number in range(300):
            entry = LogEntry("snapshot", A, label=f"{number} " + "x" * (number * number % 90_001))
            file.write(json.dumps(entry.to_json()) + "\n" * (1 + number % 2))
    assert len(entries := list(log.entries())) == 300
    assert list(log.newest_first()) == entries[::-1]


def test_newest_come_first_among_invalid_lines(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    log.append(LogEntry("snapshot", A))
    with (tmp_path / "log.jsonl").open("a") as file:
        endless = " " * (2 << 20)
        file.write(f'{endless}{{"op": "forged"}}\n{{"op": "forged"{endless}}}\nnot JSON\n')
    log.append(LogEntry("snapshot", B))
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"op": "torn"}')
    assert [entry.hash for entry in log.newest_first()] == [B, A]
    assert [entry.hash for entry in log.entries()] == [A, B]


@pytest.mark.parametrize("torn", [b'{"op": "snapsh', b'{"op": "snapshot", "label": "\xc3', b"\0" * 250, b"{}"])
def test_torn_last_line_is_skipped_and_marked_as_torn(tmp_path: Path, torn: bytes) -> None:
    log = OperationLog(tmp_path)
    log.append(LogEntry("snapshot", A))
    with (tmp_path / "log.jsonl").open("ab") as file:
        file.write(torn)
    assert [entry.hash for entry in log.entries()] == [A]
    log.append(LogEntry("snapshot", B))
    assert [entry.hash for entry in log.entries()] == [A, B]
    assert torn + b" (torn)\n" in (tmp_path / "log.jsonl").read_bytes()
    assert Lineage.of(log.lines()).unreadable == []


def test_last_line_without_its_line_feed_counts(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    (tmp_path / "log.jsonl").write_text(json.dumps({"op": "snapshot", "hash": A}))
    log.append(LogEntry("snapshot", B))
    assert [entry.hash for entry in log.entries()] == [A, B]


def test_only_damaged_entries_count_as_unreadable(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(b'\n{"op": 1}\n{"op": "t (torn)\n \nx (torn) \n')
    assert Lineage.of(OperationLog(tmp_path).lines()).unreadable == [2, 5]


def test_chemigrams_lines_are_read(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"op": "snapshot", "hash": A, "ref": "refs/heads/main", "parent": None, "label": None, "metadata": {}},
        {"op": "branch", "hash": A, "ref": "refs/heads/warm", "parent": "HEAD"},
        {"op": "branch", "hash": A, "ref": "refs/heads/cold", "parent": A},
        {"op": "unknown to us", "extra": [1, 2]},
    ]
    (tmp_path / "log.jsonl").write_text(
        "".join(json.dumps({"timestamp": "2026-05-01T10:00:00+00:00", **line}) + "\n" for line in lines)
        + "not JSON\n[]\n"
    )
    entries = list(OperationLog(tmp_path).entries())
    assert [entry.op for entry in entries] == ["snapshot", "branch", "branch", "unknown to us"]
    assert [entry.has_origin for entry in entries] == [True, False, False, False]
    assert History(OperationLog(tmp_path)).parent(A) is None


def test_the_history_follows_a_growing_log_and_a_renamed_branch(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    history = History(log)
    log.append(LogEntry("snapshot", A, "refs/heads/main", label="first"))
    assert [moment.digest for moment in history.moments("refs/heads/main")] == [A]
    log.append(LogEntry("snapshot", B, "refs/heads/main", A))
    log.append(LogEntry(RENAME, B, "refs/heads/warm", metadata={"from": "refs/heads/main"}))
    assert history.moments("refs/heads/main") == []
    assert [moment.digest for moment in history.moments("refs/heads/warm")] == [A, B]
    assert (history.parent(B), history.label(A)) == (A, "first")


def test_a_new_branch_under_an_old_name_has_its_own_history(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    history = History(log)
    log.append(LogEntry("snapshot", A, "refs/heads/main"))
    before, names = history.branches()
    assert names == {"refs/heads/main"}
    log.append(LogEntry("snapshot", B, "refs/heads/main"))
    assert history.branches()[0] == before
    log.append(LogEntry(RENAME, B, "refs/heads/warm", metadata={"from": "refs/heads/main"}))
    log.append(LogEntry("branch", A, "refs/heads/main"))
    assert history.branches()[0] != before
    assert [moment.digest for moment in history.moments("refs/heads/main")] == [A]


def test_a_renamed_branch_takes_nothing_from_a_deleted_one(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    log.append(LogEntry("snapshot", A, "refs/heads/warm"))  # deleted later
    log.append(LogEntry("snapshot", B, "refs/heads/main"))
    log.append(LogEntry(RENAME, B, "refs/heads/warm", metadata={"from": "refs/heads/main"}))
    assert [moment.digest for moment in History(log).moments("refs/heads/warm")] == [A, B]


def test_reader_resuming_after_rollback_gets_every_line(tmp_path: Path) -> None:
    log = OperationLog(tmp_path)
    log.append(LogEntry("first"))
    with pytest.raises(OSError, match="no room"), log.appended(LogEntry("second, which fails"), lambda: False):
        *_, (_, _, behind) = log.lines_from(0)
        raise OSError("no room")
    log.append(LogEntry("third, which is longer than the one that failed"))
    assert [entry.op[:5] for entry in log.entries()] == ["first", "third"]
    assert [entry.op[:5] for _, entry, _ in log.lines_from(behind) if entry] == ["first", "third"]


def test_history_after_rollback_is_that_of_the_remaining_lines(tmp_path: Path) -> None:
    log, digests = OperationLog(tmp_path), [Digest.of(bytes([number])) for number in range(3)]
    history = History(log)
    log.append(LogEntry("snapshot", digests[0], "refs/heads/main"))
    with (
        pytest.raises(OSError, match="no room"),
        log.appended(LogEntry("x", digests[1], "refs/heads/main"), lambda: False),
    ):
        assert len(history.moments("refs/heads/main")) == 2
        raise OSError("no room")
    log.append(LogEntry("snapshot", digests[2], "refs/heads/main", label="longer than the one that failed"))
    assert [moment.digest for moment in history.moments("refs/heads/main")] == [digests[0], digests[2]]
