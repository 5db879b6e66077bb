"""Hints are taken as they are, and what is not hinted is read; nothing else is."""

from __future__ import annotations

import pytest

from chemigram_core.compare.item import HandleAccess, ItemPair
from chemigram_core.digest import Digest
from tests.core.compare.trees import CountingAccess, file, folder


def test_hints_are_returned_without_reading() -> None:
    access = CountingAccess()
    item = file("a", b"four")
    assert (item.resolve_hash(access), item.resolve_size(access)) == (Digest.of(b"four"), 4)
    assert access.opened == []


def test_without_hints_the_bytes_are_read_and_the_item_is_unchanged() -> None:
    access = CountingAccess()
    item = file("a", b"four", hints=())
    assert (item.resolve_hash(access), item.resolve_size(access)) == (Digest.of(b"four"), 4)
    assert access.opened == ["a", "a"]
    assert (item.content_hash, item.size_bytes) == (None, None)


def test_a_folder_has_no_hash_and_no_size() -> None:
    for resolve in (folder({}).resolve_hash, folder({}).resolve_size):
        with pytest.raises(IsADirectoryError):
            resolve(HandleAccess())


def test_absent_hints_are_absent_from_json() -> None:
    assert file("d/a", b"x", hints=()).to_json() == {"logical_path": "d/a", "is_directory": False}
    assert file("d/a", b"x", hints={"size_bytes"}).to_json()["size"] == 1


def test_pair_takes_its_path_from_the_right_side() -> None:
    left, right = file("a", b"1"), file("b", b"2")
    assert (ItemPair(left, right).path, ItemPair(left, None).path) == ("b", "a")


@pytest.mark.parametrize(
    ("left", "right", "matches"),
    [
        ({"content_hash"}, {"content_hash"}, True),
        ({"content_hash"}, set(), False),
        (set(), {"content_hash"}, False),
        (set(), set(), False),
    ],
)
def test_hashes_match_only_when_both_are_hinted(left: set[str], right: set[str], *, matches: bool) -> None:
    pair = ItemPair(file("a", b"1", left), file("a", b"1", right))
    assert (pair.matching_content_hash is not None) == matches
