"""branch, tag, checkout."""

from __future__ import annotations

import pytest

from tests.chemfs.verbs.answer import Chemfs


def test_a_branch_starts_at_head_or_at_the_given_state(chemfs: Chemfs, repository: str) -> None:
    chemfs("branch", repository, "warm")
    chemfs("branch", repository, "cold", "v1_export")
    found = {one["ref"]: one for one in chemfs("branch", repository, "--json").json}
    assert found["refs/heads/warm"]["hash"] == found["refs/heads/main"]["hash"]
    assert found["refs/heads/cold"]["hash"] == chemfs("show", repository, "v1_export", "--json").json["hash"]
    assert [ref for ref, one in found.items() if one["head"]] == ["refs/heads/main"]


def test_branches_for_people_mark_head(chemfs: Chemfs, repository: str) -> None:
    chemfs("branch", repository, "warm")
    assert [line[:7].split() for line in chemfs("branch", repository).out.splitlines()] == [["*", "main"], ["warm"]]


def test_a_renamed_branch_takes_head_along(chemfs: Chemfs, repository: str) -> None:
    assert chemfs("branch", repository, "main", "--rename", "final").code == 0
    assert [one["ref"] for one in chemfs("branch", repository, "--json").json if one["head"]] == ["refs/heads/final"]


def test_only_heads_branch_cannot_be_deleted(chemfs: Chemfs, repository: str) -> None:
    answer = chemfs("branch", repository, "main", "--delete")
    assert (answer.code, answer.error) == (3, "chemfs: HEAD is on branch 'main'; check out another one first\n")
    chemfs("branch", repository, "warm")
    assert chemfs("branch", repository, "warm", "--delete").code == 0
    assert len(chemfs("branch", repository, "--json").json) == 1


def test_a_tag_never_moves_but_can_be_deleted(chemfs: Chemfs, repository: str) -> None:
    assert chemfs("tag", repository, "v1_export").code == 3
    assert chemfs("tag", repository, "v1_export", "--delete").code == 0
    assert chemfs("tag", repository, "--json").json == []


def test_options_may_stand_before_the_name(chemfs: Chemfs, repository: str) -> None:
    chemfs("branch", repository, "warm")
    assert chemfs("branch", repository, "--rename", "hot", "warm").code == 0
    assert chemfs("branch", "--delete", repository, "hot").code == 0
    assert chemfs("tag", repository, "--delete", "v1_export").code == 0
    assert [one["ref"] for one in chemfs("branch", "--json", repository).json] == ["refs/heads/main"]


def test_checkout_moves_head_to_a_branch_or_a_state(chemfs: Chemfs, repository: str) -> None:
    chemfs("branch", repository, "warm")
    assert chemfs("checkout", repository, "warm").out == "HEAD is on branch warm\n"
    tagged = chemfs("show", repository, "v1_export", "--json").json["hash"]
    assert chemfs("checkout", repository, "v1_export").out == f"HEAD is at snapshot {tagged[:12]}, not on a branch\n"
    assert chemfs("show", repository, "HEAD", "--json").json["hash"] == tagged


def test_invalid_names_are_refused_with_the_rule(chemfs: Chemfs, repository: str) -> None:
    for verb in ("branch", "tag"):
        answer = chemfs(verb, repository, "a..b")
        assert answer.code == 3
        assert answer.error.startswith(f"chemfs: not a valid {verb} name (")
        assert answer.error.endswith("): 'a..b'\n")


def test_a_change_without_a_name_is_wrong_usage(chemfs: Chemfs, repository: str) -> None:
    for arguments in (["branch", repository, "--delete"], ["tag", repository, "--delete"]):
        answer = chemfs(*arguments)
        assert answer.code == 2
        assert "NAME is missing" in answer.error


@pytest.mark.parametrize("change", ["branch --delete", "branch --rename new", "tag --delete"])
def test_one_name_is_changed_at_a_time(chemfs: Chemfs, repository: str, change: str) -> None:
    """Two names mean two changes; making only the first would surprise."""
    verb, *options = change.split()
    chemfs(verb, repository, "one")
    chemfs(verb, repository, "two")
    before = chemfs(verb, repository, "--json").json
    answer = chemfs(verb, repository, "one", "two", *options)
    assert (answer.code, "only one NAME at a time" in answer.error) == (2, True)
    assert chemfs(verb, repository, "--json").json == before


@pytest.mark.parametrize("change", ["branch --delete", "branch --rename new", "tag --delete"])
def test_missing_refs_cannot_be_changed(chemfs: Chemfs, repository: str, change: str) -> None:
    verb, *options = change.split()
    answer = chemfs(verb, repository, "nosuch", *options)
    assert answer.code == 3
    assert answer.error.startswith("chemfs: no such branch or tag: 'refs/")


def test_unknown_names_are_refused(chemfs: Chemfs, repository: str) -> None:
    for arguments in (
        ["checkout", repository, "nosuch"],
        ["show", repository, "nosuch"],
        ["branch", repository, "nosuch", "--delete"],
        ["tag", repository, "nosuch", "--delete"],
        ["export", repository, "nosuch", "out"],
        ["branch", repository, "warm", "nosuch"],
    ):
        answer = chemfs(*arguments)
        assert answer.code == 3, arguments
        assert "nosuch" in answer.error
