"""Names are checked when they are made: git's rules, and what a folder of states needs beyond them."""

from __future__ import annotations

import pickle
import subprocess

import pytest

from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidDigest, InvalidName, NameTooLong
from chemigram_core.names import BranchName, MaskName, RefName, TagName, parse_ref

GOOD = [
    "main", "feature/warm", "v1.0", "grün", "美しい", "a@b", "x" * 200, "a/b/c", "my branch",
    "my branch/first look", "a/-b", "\U0001f469\u200d\U0001f3a8", "\u2764\ufe0f",
    "\u0645\u06cc\u200c\u062e\u0648", "a\u00a0b", "a\ue000b", "a\u0378b", "a,b", "{a}", "a'b", 'a"b',
    "$(a)", "a;b", "head-1", "refs-1", "masks.old", "1" * 63, "1" * 65,
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
]  # fmt: skip
BAD = [
    "", "@", "a/@", "a./b", "/", "a/", "/a", "a//b", ".a", "a/.b", "a.", "a..b", "a.lock", "a/b.LOCK",
    "a.lock/b", "-x", " a", "a ", "a  b", "a /b", "a/ b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b",
    "a@{1}", "a\x00", "a\nb", "a\tb", "a\x7f", "a\x85b", "a\x9bb", "a\u061cb", "a\u200eb", "a\u202eb",
    "a\u2066b", "a\u2028b", "a\u2029b", "a\u200bb", "a\ufeffb", "a\ud800", "a\udcffb", "a\ufdd0b",
    "a\uffffb", "a\U0001fffeb", "a\U0010ffffb", "HEAD", "head", "refs", "image.xmp", "IMAGE.XMP",
    "a/masks", "a/masks/b", "MASKS", "ma\u017fks", "preview.jpg", "0" * 64, "ABCDEF01" * 8,
    "a\u034fb", "a\u115fb", "a\u3164b", "a\uffa0b", "a\U000e0001b", "\u200d", "a/\u200c\u200d", "\ufe0f", "\u00a0",
    "\u3000", "\u2800", "he\u200dad", "ma\u200csks/a", "a.lo\u200cck", "\u200c.a", "a.\u200c", "0" * 64 + "\u200d",
]  # fmt: skip
INVISIBLE_MASKS = [" ", "\u200d", "\ufe0f\ufe0f", "\u3000 \u2800", "\u200c.hidden", "a\u3164"]
MASKS = [
    "sky", "the  subject ", "head", "HEAD", "refs", "-x", "a.lock", "a.", "@", "image.xmp", "masks",
    "a:b", "a~1", "0" * 64, "x" * 251, "美" * 83, "a\\b", "a@{1}", "\U0001f469\u200d\U0001f3a8",
    "a\ue000b", "x.png", 'a"b', "a&b", "<a>", "a'b",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_valid_name_is_kept_unchanged(text: str) -> None:
    assert BranchName(text) == text


@pytest.mark.parametrize("text", BAD)
def test_invalid_name_is_refused_with_its_rule(text: str) -> None:
    with pytest.raises(InvalidName, match="not a valid branch name "):
        BranchName(text)


@pytest.mark.parametrize("text", ["x" * 201, "美" * 67, "a/" * 501 + "a"])
def test_name_longer_than_filesystems_allow_is_refused(text: str) -> None:
    with pytest.raises(NameTooLong):
        BranchName(text)


@pytest.mark.parametrize("text", MASKS)
def test_mask_may_have_any_file_name(text: str) -> None:
    assert MaskName(text) == text


@pytest.mark.parametrize("text", ["x" * 252, "美" * 84])
def test_mask_file_name_fits_the_limit_of_file_names(text: str) -> None:
    with pytest.raises(NameTooLong):
        MaskName(text)


def test_rules_do_not_depend_on_pythons_unicode_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of Python has another table; no name may be valid with one only."""
    monkeypatch.setattr("unicodedata.category", lambda _: "Cn")
    assert BranchName("\u1c89 of unicode 16") and MaskName("\U0001fae9 of unicode 16")


@pytest.mark.needs_program("git")
@pytest.mark.parametrize("text", GOOD)
def test_only_spaces_are_allowed_beyond_gits_rules(
    text: str,
) -> None:
    command = ["git", "check-ref-format", f"refs/heads/{text.replace(' ', '-')}"]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize(
    "text", ["", "a/b", ".hidden", "..", "a\x00b", "a\nb", "a\u202eb", "a\x9bb", "a\udcff", *INVISIBLE_MASKS]
)
def test_mask_name_is_a_single_file_name(text: str) -> None:
    with pytest.raises(InvalidName):
        MaskName(text)


def test_a_masks_file_is_a_png() -> None:
    assert MaskName("the subject").file_name == "the subject.png"


@pytest.mark.parametrize("kind", [RefName, BranchName, TagName, MaskName])
def test_no_name_leads_out_of_its_folder(kind: type[RefName] | type[MaskName]) -> None:
    for _ in range(2):  # what was rejected once is rejected again
        with pytest.raises(InvalidName, match=f"not a valid {kind.kind} name "):
            kind("../../x")


def test_refs_follow_the_rules_of_names() -> None:
    assert parse_ref("refs/tags/v1") == TagName("v1")
    with pytest.raises(InvalidName):
        parse_ref("refs/heads/../../x")


def test_name_kinds_are_checked_separately() -> None:
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
