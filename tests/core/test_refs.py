"""Refs move only from where they were seen, never clash, and a damaged one is said to be damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.durable import beneath, file_cache
from chemigram_core.errors import RefConflict, RefDamaged, RefExists, RefMissing, RefMoved
from chemigram_core.names import BranchName, TagName
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.refs.refs import Refs
from tests.core.calls import count_calls

A, B = Digest.of(b"a"), Digest.of(b"b")
MAIN = BranchName("main")


@pytest.fixture
def refs(tmp_path: Path) -> Refs:
    (tmp_path / "refs" / "heads").mkdir(parents=True)
    (tmp_path / "refs" / "tags").mkdir()
    return Refs(tmp_path)


def move(refs: Refs, expected: Digest | None, digest: Digest) -> None:
    with refs.moving(MAIN, expected, digest) as make:
        make()


def test_a_branch_is_a_file_with_an_identifier(refs: Refs, tmp_path: Path) -> None:
    move(refs, None, A)
    assert (tmp_path / "refs/heads/main").read_text() == f"{A}\n"
    assert refs.read(MAIN) == A


def test_a_ref_moves_only_from_where_it_was_seen(refs: Refs) -> None:
    move(refs, None, A)
    with pytest.raises(RefMoved):
        move(refs, None, B)
    with pytest.raises(RefMoved):
        move(refs, B, A)
    move(refs, A, B)
    assert refs.read(MAIN) == B


def test_a_move_that_is_not_made_leaves_nothing(refs: Refs, tmp_path: Path) -> None:
    move(refs, None, A)
    with refs.moving(MAIN, A, B):
        assert len(os.listdir(tmp_path / "refs/heads")) == 2, "written, so that the move itself is short"
    assert os.listdir(tmp_path / "refs/heads") == ["main"]
    assert refs.read(MAIN) == A


@pytest.mark.parametrize("other", ["Main", "main/x", "MAIN/y"])
def test_names_that_cannot_share_a_folder_are_refused(refs: Refs, other: str) -> None:
    refs.create(MAIN, A)
    with pytest.raises(RefConflict):
        refs.create(BranchName(other), A)


def test_names_equal_but_for_unicode_form_are_refused(refs: Refs) -> None:
    refs.create(BranchName("gr\u00fcn"), A)
    with pytest.raises(RefConflict):
        refs.create(BranchName("gru\u0308n"), A)


def test_a_tag_never_moves(refs: Refs) -> None:
    refs.create(TagName("v1"), A)
    with pytest.raises(RefExists):
        refs.create(TagName("v1"), B)


def test_nested_names_leave_no_empty_folders(refs: Refs, tmp_path: Path) -> None:
    refs.create(BranchName("a/b/c"), A)
    assert refs.branches() == ["a/b/c"]
    refs.delete(BranchName("a/b/c"))
    assert not list((tmp_path / "refs/heads").iterdir())
    with pytest.raises(RefMissing):
        refs.delete(BranchName("a/b/c"))


@pytest.mark.parametrize("left", ["refs/heads/a", "refs/heads/a/b/c", "refs/heads/a/.tmp-0123"])
def test_empty_folders_of_a_killed_writer_are_harmless(refs: Refs, tmp_path: Path, left: str) -> None:
    (tmp_path / left).mkdir(parents=True)
    refs.create(BranchName("a"), A)
    assert (refs.read(BranchName("a")), refs.branches()) == (A, ["a"])


def test_folder_with_an_alien_file_stays(refs: Refs, tmp_path: Path) -> None:
    foreign = tmp_path / "refs/heads/a/odd name~1"
    foreign.parent.mkdir()
    foreign.write_text(A)
    with pytest.raises(RefConflict, match="odd name"):
        refs.create(BranchName("a"), A)
    assert foreign.read_text() == A


def test_folder_is_not_a_ref(refs: Refs) -> None:
    refs.create(BranchName("a/b"), A)
    assert refs.read(BranchName("a")) is None


@pytest.mark.parametrize("text", ["", "\n", "\x00" * 64, "a" * 63, "A" * 64, "ref: refs/heads/main\n", "x" * 100_000])
def test_a_ref_that_holds_anything_else_is_damaged(refs: Refs, tmp_path: Path, text: str) -> None:
    (tmp_path / "refs/heads/main").write_text(text)
    with pytest.raises(RefDamaged):
        refs.read(MAIN)


@pytest.mark.parametrize("text", ["", "ref: refs/heads/../../secret", "ref: refs/tags/v1", "ref: HEAD", "garbage"])
def test_dangling_head_is_damaged(refs: Refs, tmp_path: Path, text: str) -> None:
    (tmp_path / "HEAD").write_text(text)
    with pytest.raises(RefDamaged):
        refs.head()


def test_symlink_is_not_a_ref(refs: Refs, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(A)
    (tmp_path / "refs/heads/main").symlink_to(tmp_path / "secret")
    with pytest.raises(RefDamaged):
        refs.read(MAIN)
    assert refs.branches() == []


def test_cached_ref_is_not_reached_through_a_symlink(
    refs: Refs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_cache, "_RACY_NS", -1_000_000_000_000)
    other = Refs(tmp_path / "other")
    (tmp_path / "other/refs/heads").mkdir(parents=True)
    refs.create(MAIN, A)
    other.create(MAIN, B)
    assert (refs.read(MAIN), other.read(MAIN)) == (A, B)
    (tmp_path / "refs/heads").rename(tmp_path / "heads")
    (tmp_path / "refs/heads").symlink_to(tmp_path / "other/refs/heads")
    assert refs.read(MAIN) is None


def test_cached_ref_is_not_opened_again(refs: Refs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_cache, "_RACY_NS", -1_000_000_000_000)  # as if the clock had gone on
    refs.create(MAIN, A)
    refs.look(MAIN)
    monkeypatch.setattr(beneath, "open_below", None)
    position = refs.look(MAIN)
    assert position is not None
    assert (position.digest, position.moved_ns) == (A, refs.moved_ns(MAIN))


def test_look_up_of_a_missing_ref_lists_no_folder(refs: Refs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", None)
    monkeypatch.setattr(os, "scandir", None)
    assert refs.look(TagName("missing")) is None


def test_check_of_a_new_name_looks_up_only_that_name(refs: Refs, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        refs.create(TagName(f"v{number}"), A)
        refs.create(TagName(f"far/away/v{number}"), A)
    looks = count_calls(monkeypatch, beneath, "stat_below")
    lists = count_calls(monkeypatch, os, "listdir")
    refs.check_free(TagName("near/v0"))
    assert (len(looks), len(lists)) == (2, 1)


def test_ref_written_in_place_is_read_again(refs: Refs, tmp_path: Path) -> None:
    for digest in (A, B, A, B):
        (tmp_path / "refs/heads/main").write_text(f"{digest}\n")
        assert refs.read(MAIN) == digest


def test_head_is_on_a_branch_or_at_a_snapshot(refs: Refs, tmp_path: Path) -> None:
    for head, text in ((OnBranch(MAIN), "ref: refs/heads/main\n"), (Detached(A), f"{A}\n")):
        refs.set_head(head)
        assert (tmp_path / "HEAD").read_text() == text
        assert refs.head() == head
