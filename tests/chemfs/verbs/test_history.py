"""log, status."""

from __future__ import annotations

from pathlib import Path

from chemigram_core.repository import Repository
from tests.chemfs.verbs.answer import Chemfs


def test_log_lists_the_newest_first(chemfs: Chemfs, repository: str) -> None:
    entries = chemfs("log", repository, "--json").json
    assert [entry["op"] for entry in entries] == ["snapshot", "tag", "snapshot"]
    assert entries[0]["parent"] == entries[2]["hash"]
    assert entries[2]["label"] == "first look"


def test_log_can_be_limited(chemfs: Chemfs, repository: str) -> None:
    assert len(chemfs("log", repository, "-n", 1, "--json").json) == 1
    assert len(chemfs("log", repository, "-n", 1).out.splitlines()) == 1


def test_the_log_of_a_branch_follows_its_renaming(chemfs: Chemfs, repository: str) -> None:
    chemfs("branch", repository, "warm")
    chemfs("branch", repository, "warm", "--rename", "hot")
    chemfs("branch", repository, "warm", "v1_export")  # another one, under the old name
    entries = chemfs("log", repository, "--branch", "hot", "--json").json
    assert [entry["op"] for entry in entries] == ["rename", "branch"]


def test_log_of_a_branch_that_never_existed_is_refused(chemfs: Chemfs, repository: str) -> None:
    answer = chemfs("log", repository, "--branch", "nosuch")
    assert answer.code == 3
    assert answer.error.startswith(
        "chemfs: no such branch or tag: 'refs/heads/nosuch'; list them with `chemfs branch` and "
    )


def test_control_characters_in_a_label_are_escaped(chemfs: Chemfs, repository: str) -> None:
    chemfs("snapshot", repository, "rating1.xmp", "--label", "\x1b[2Jgone\nand so on")
    lines = chemfs("log", repository).out.splitlines()
    assert '"\\x1b[2Jgone\\nand so on"' in lines[0]
    assert len(lines) == 4


def test_an_empty_repository_has_an_empty_log(chemfs: Chemfs) -> None:
    chemfs("init", "empty")
    assert chemfs("log", "empty").out == ""
    assert chemfs("log", "empty", "--json").json == []
    status = chemfs("status", "empty")
    assert (status.code, status.out.splitlines()[-1]) == (1, "HEAD       main (no snapshot yet)")


def test_status_names_rejected_saves_with_the_reason(chemfs: Chemfs, repository: str) -> None:
    Repository(Path(repository)).rejected.keep(b"<x", "heads/main/image.xmp", "not a usable XMP: line 1")
    (rejected,) = chemfs("status", repository, "--json").json["attention"]
    assert (rejected["kind"], rejected["where"]) == ("rejected", "heads/main/image.xmp")
    assert rejected["path"].startswith("rejected/")
    assert "not a usable XMP: line 1" in chemfs("status", repository).out
