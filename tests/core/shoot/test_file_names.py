"""Which sidecar belongs to which image, and what the branch of a duplicate is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.errors import InvalidName
from chemigram_core.image.extensions import is_image
from chemigram_core.names import BranchName
from chemigram_core.shoot.branch_names import branch_for, clashes
from chemigram_core.shoot.file_names import match
from chemigram_core.shoot.problem import Kind

STEMS = st.sampled_from(["a", "a_01", "a_01_02", "a_1", "A", "ä", "a_1234", "_01", "a b", "a\n", "\udcff"])
EXTENSIONS = st.sampled_from([".NEF", ".nef", ".jpg"])
IMAGES = st.builds(str.__add__, STEMS, EXTENSIONS)
SIDECARS = st.builds(
    lambda stem, number, extension: f"{stem}{number}{extension}.xmp",
    STEMS,
    st.sampled_from(["", "_01", "_1", "_007", "_07", "_00", "_1234", "_99999999999", "_x1", "_0\u0661"]),
    st.sampled_from([".NEF", ".nef", ".jpg", ""]),
)


def owned(images: list[str], sidecars: list[str]) -> dict[str, dict[int, str]]:
    return {found.image: dict(found.sidecars) for found in match(images, sidecars)[0]}


@given(st.lists(IMAGES, unique=True), st.lists(SIDECARS, unique=True))
def test_each_sidecar_belongs_to_one_image_or_is_a_stray(images: list[str], sidecars: list[str]) -> None:
    found, strays = match(images, sidecars)
    assert [each.image for each in found] == sorted(images)
    listed = [name for each in found for name in each.sidecars.values()] + [stray.name for stray in strays]
    assert sorted(listed) == sorted(sidecars)
    for each in found:
        for number, name in each.sidecars.items():
            assert (number == 0) is (name == f"{each.image}.xmp")
            assert number == 0 or name.removesuffix(".xmp") not in images
    assert match(images[::-1], sidecars[::-1]) == (found, strays)


def test_duplicates_have_the_numbers_of_their_names() -> None:
    names = ["a.NEF.xmp", "a_01.NEF.xmp", "a_07.NEF.xmp", "a_1234.NEF.xmp"]
    assert owned(["a.NEF"], names) == {"a.NEF": dict(zip((0, 1, 7, 1234), names, strict=True))}


def test_exact_image_name_takes_the_sidecar() -> None:
    assert owned(["a.NEF", "a_01.NEF"], ["a.NEF.xmp", "a_01.NEF.xmp", "a_01_02.NEF.xmp", "a_02.NEF.xmp"]) == {
        "a.NEF": {0: "a.NEF.xmp", 2: "a_02.NEF.xmp"},
        "a_01.NEF": {0: "a_01.NEF.xmp", 2: "a_01_02.NEF.xmp"},
    }


def test_raw_and_jpeg_of_one_stem_are_two_images() -> None:
    names = ["a.NEF.xmp", "a.JPG.xmp", "a_01.JPG.xmp"]
    assert owned(["a.NEF", "a.JPG"], names) == {
        "a.JPG": {0: "a.JPG.xmp", 1: "a_01.JPG.xmp"},
        "a.NEF": {0: "a.NEF.xmp"},
    }


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("a.xmp", Kind.FOREIGN, "a sidecar of a.NEF"),
        ("b.NEF.xmp", Kind.NO_IMAGE, "no image b.NEF beside it"),
        ("a.nef.xmp", Kind.NO_IMAGE, "a.NEF differs in upper and lower case"),
        ("a_1.NEF.xmp", Kind.NO_IMAGE, "no image"),
        ("a_00.NEF.xmp", Kind.NO_IMAGE, "no image"),
        ("a_\u0660\u0661.NEF.xmp", Kind.NO_IMAGE, "no image"),
        ("a_9999999999.NEF.xmp", Kind.NO_IMAGE, "no image"),
        ("a_export.NEF.xmp", Kind.NO_IMAGE, "no image"),
        (".xmp", Kind.NO_IMAGE, "no image"),
    ],
)
def test_others_are_strays(name: str, kind: Kind, says: str) -> None:
    (stray,) = match(["a.NEF"], [name])[1]
    assert (stray.name, stray.kind) == (name, kind)
    assert says in stray.says


def test_darktables_spelling_wins_for_equal_numbers() -> None:
    found, (stray,) = match(["a.NEF"], ["a_007.NEF.xmp", "a_07.NEF.xmp"])
    assert found[0].sidecars == {7: "a_07.NEF.xmp"}
    assert stray.name == "a_007.NEF.xmp"
    assert "a_07.NEF.xmp has the same number" in stray.says


@pytest.mark.parametrize("name", ["a.NEF", "a.nef", "a.b.JpG", "a.CR3", "a.heic", "a.tiff", "ä\n.raf", "\udcff.dng"])
def test_images(name: str) -> None:
    assert is_image(name)


@pytest.mark.parametrize("name", ["a.xmp", "a", "nef", ".nef", "a.mp4", "a.nef.xmp", "a.nef~", "a.", "library.json"])
def test_no_images(name: str) -> None:
    assert not is_image(name)


def named(version_name: str, *taken: str, number: int = 2) -> str:
    others = [BranchName(name) for name in ("main", *taken)]
    return branch_for(version_name, number, lambda branch: not any(clashes(branch, other) for other in others))


@pytest.mark.parametrize(
    ("version_name", "branch"),
    [
        ("warm", "warm"),
        ("日本語", "日本語"),
        ("B/W", "B-W"),
        ("a:b?c*d[e\\f~g^h", "a-b-c-d-e-f-g-h"),
        ("a..b", "a-.b"),
        ("x@{1}", "x-{1}"),
        ("x.lock", "x-lock"),
        ("..hidden", "hidden"),
        ("--force", "force"),
        ("end.", "end"),
        ("two\nlines\t", "two-lines"),
        ("", "version-02"),
        ("   ", "version-02"),
        ("///", "version-02"),
        ("main", "main-02"),
        ("MAIN", "MAIN-02"),
        ("HEAD", "HEAD-02"),
        ("masks", "masks-02"),
        ("image.xmp", "image.xmp-02"),
        ("0" * 64, "0" * 64 + "-02"),
        ("\x00\u202e", "version-02"),
        ("x" * 1000, "x" * 150),
        ("ä" * 1000, "ä" * 75),
    ],
)
def test_version_names_become_branch_names(version_name: str, branch: str) -> None:
    assert named(version_name).replace(" ", "-") == branch


def test_taken_branch_name_gets_the_number() -> None:
    assert named("warm", "warm") == "warm-02"
    assert named("Warm", "warm") == "Warm-02"
    assert named("warm", "warm", "warm-02") == "version-02"
    assert named("warm", "warm/a") == "warm-02"
    assert named("", "version-02") == "version-02-02"
    assert named("", "version-1234", number=1234) == "version-1234-1234"


@given(st.text(max_size=300), st.integers(1, 2**31 - 1), st.lists(st.text(max_size=5), max_size=3))
def test_every_version_name_gives_a_branch(version_name: str, number: int, taken: list[str]) -> None:
    others = []
    for text in taken:
        try:
            others.append(BranchName(text))
        except InvalidName:
            continue
    branch = branch_for(version_name, number, lambda name: not any(clashes(name, other) for other in others))
    assert BranchName(branch) == branch
    assert not any(clashes(branch, other) for other in others)
