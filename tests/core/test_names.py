"""Names are checked when they are made: git's rules, and what a folder of states needs beyond them."""

from __future__ import annotations

import pickle

import pytest

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidDigest, InvalidName, NameTooLong
from chemigram_core.names import BranchName, MaskName, RefName, TagName, parse_ref

GOOD = ["main", "feature/warm", "v1.0", "grün", "美しい", "a@b", "x" * 200, "a/b/c"]
BAD = [
    "", "@", "/", "a/", "/a", "a//b", ".a", "a/.b", "a.", "a..b", "a.lock", "a/b.LOCK", "-x", "a b", "a~1", "a^", "a:b",
    "a?", "a*", "a[", "a\\b", "a@{1}", "a\x00", "a\nb", "a\x7f", "a\u202eb", "a\u200bb", "a\ud800", "HEAD", "head",
    "refs", "image.xmp", "IMAGE.XMP", "a/masks", "a/masks/b", "0" * 64, "ABCDEF01" * 8,
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_good_name_is_taken_as_it_is(text: str) -> None:
    assert BranchName(text) == text


@pytest.mark.parametrize("text", BAD)
def test_a_bad_name_is_refused_with_its_rule(text: str) -> None:
    with pytest.raises(InvalidName, match="can't name a branch: "):
        BranchName(text)


@pytest.mark.parametrize("text", ["x" * 201, "美" * 67, "a/" * 501 + "a"])
def test_a_name_that_no_filesystem_carries_is_too_long(text: str) -> None:
    with pytest.raises(NameTooLong):
        BranchName(text)


@pytest.mark.parametrize("text", ["", "a/b", ".hidden", "-x", "..", "a\x00b", "a\u202eb"])
def test_a_mask_is_named_like_one_file(text: str) -> None:
    with pytest.raises(InvalidName):
        MaskName(text)


def test_a_masks_file_is_a_png() -> None:
    assert MaskName("the subject").file_name == "the subject.png"


@pytest.mark.parametrize("kind", [RefName, BranchName, TagName, MaskName])
def test_no_name_leads_out_of_its_folder(kind: type[RefName] | type[MaskName]) -> None:
    for _ in range(2):  # what was rejected once is rejected again
        with pytest.raises(InvalidName, match=f"{kind.kind}.*: "):
            kind("../../x")


def test_a_ref_is_a_name_with_its_rules() -> None:
    assert parse_ref("refs/tags/v1") == TagName("v1")
    with pytest.raises(InvalidName):
        parse_ref("refs/heads/../../x")


def test_a_name_of_one_kind_is_accepted_apart_from_the_others() -> None:
    assert BranchName("a/b").ref == "refs/heads/a/b"
    with pytest.raises(InvalidName):
        MaskName("a/b")
    assert TagName(BranchName("a/b")).ref == "refs/tags/a/b"


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n", "٣" * 64, "g" * 64])
def test_a_digest_is_64_lower_case_digits(text: str) -> None:
    with pytest.raises(InvalidDigest):
        Digest(text)


@pytest.mark.parametrize("value", [BranchName("a/b"), MaskName("sky"), Digest.of(b"")])
def test_a_checked_value_can_be_pickled(value: object) -> None:
    copied = pickle.loads(pickle.dumps(value))  # noqa: S301
    assert (type(copied), copied) == (type(value), value)
