"""Names are checked where they enter: git's rules, and what a folder of states needs beyond them."""

from __future__ import annotations

import pytest

from chemigram_core.errors import InvalidName, NameTooLong
from chemigram_core.names import BranchName, MaskName

GOOD = ["main", "feature/warm", "v1.0", "grün", "美しい", "a@b", "x" * 200, "a/b/c"]
BAD = [
    "", "@", "/", "a/", "/a", "a//b", ".a", "a/.b", "a.", "a..b", "a.lock", "a/b.LOCK", "-x", "a b", "a~1", "a^", "a:b",
    "a?", "a*", "a[", "a\\b", "a@{1}", "a\x00", "a\nb", "a\x7f", "a\u202eb", "a\u200bb", "a\ud800", "HEAD", "head",
    "refs", "image.xmp", "IMAGE.XMP", "a/masks", "a/masks/b", "0" * 64, "ABCDEF01" * 8,
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_good_name_is_taken_as_it_is(text: str) -> None:
    assert BranchName.parse(text) == text


@pytest.mark.parametrize("text", BAD)
def test_a_bad_name_is_refused_with_its_rule(text: str) -> None:
    with pytest.raises(InvalidName, match="not a valid branch name "):
        BranchName.parse(text)


@pytest.mark.parametrize("text", ["x" * 201, "美" * 67, "a/" * 501 + "a"])
def test_a_name_that_no_filesystem_carries_is_too_long(text: str) -> None:
    with pytest.raises(NameTooLong):
        BranchName.parse(text)


@pytest.mark.parametrize("text", ["", "a/b", ".hidden", "-x", "..", "a\x00b", "a\u202eb"])
def test_a_mask_is_named_like_one_file(text: str) -> None:
    with pytest.raises(InvalidName):
        MaskName.parse(text)


def test_a_masks_file_is_a_png() -> None:
    assert MaskName.parse("the subject").file_name == "the subject.png"
