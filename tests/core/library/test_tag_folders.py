"""What folders of tagged images show, and under which names."""

from __future__ import annotations

from chemigram_core.library.flat_names import flat_names
from chemigram_core.library.tag_folders import ImageTags, TaggedImage, tag_folders
from chemigram_core.names import TagName


def about(image: str | None, *tags: str, time_ns: int = 0) -> ImageTags:
    return ImageTags([TagName(tag) for tag in tags], image, time_ns)


def test_a_slash_in_a_tag_makes_a_folder_beside_the_images_of_a_shorter_tag() -> None:
    found = tag_folders({"a": about("a.NEF", "client"), "b": about("b.NEF", "client/v1", time_ns=7)})
    assert set(found) == {"", "client", "client/v1"}
    assert found[""].folders == {"client": "client"}
    assert found["client"].images == {"a.NEF": TaggedImage("a", has_image=True)}
    assert found["client"].folders == {"v1": "v1"}
    assert found["client/v1"].images == {"b.NEF": TaggedImage("b", has_image=True)}
    assert (found[""].images, found["client"].time_ns, found["client/v1"].time_ns) == ({}, 7, 7)


def test_without_tags_the_top_is_empty() -> None:
    found = tag_folders({"a": about("a.NEF")})
    assert (list(found), found[""].images, found[""].folders) == ([""], {}, {})


def test_image_keeps_its_name_and_the_tags_folder_is_renamed() -> None:
    tagged = {
        "v1": about("v1", "client"),
        "a.NEF": about("a.NEF", "client"),
        "b.NEF": about("b.NEF", "client/v1/x", "client/v1_/y", "client/a.NEF.xmp"),
    }
    content = tag_folders(tagged)["client"]
    assert set(content.images) == {"v1", "a.NEF"}
    assert content.folders == {"v1_": "v1_", "v1__": "v1", "a.NEF.xmp_": "a.NEF.xmp"}


def test_images_with_equal_names_are_named_like_their_repositories() -> None:
    names = flat_names({"one": "a.tif", "two": "a.tif", "b.tif": "a.tif", "z": "a.tif"})
    assert names == {"b.tif": "a.tif", "one": "one.tif", "two": "two.tif", "z": "z.tif"}
    assert flat_names({"a.tif": "a.tif", "0": "a.tif"}) == {"a.tif": "a.tif", "0": "0.tif"}, "as after an import"
    assert flat_names({"a": "b.tif", "b": "b.tif", "b.tif": "b.tif"}) == {"b.tif": "b.tif", "a": "a.tif", "b": "b_.tif"}


def test_image_is_named_like_the_repository_if_it_has_none() -> None:
    assert flat_names({"sunset": None, "x": "sunset"}) == {"sunset": "sunset", "x": "x"}


def test_no_image_is_named_like_the_sidecar_of_another() -> None:
    assert flat_names({"1": "a.tif", "2": "a.tif.xmp"}) == {"1": "a.tif", "2": "2.xmp"}


def test_many_images_with_equal_names() -> None:
    names = flat_names({str(number): "image.NEF" for number in range(2_000)})
    assert len(set(names.values())) == 2_000
    assert max(map(len, names.values())) == len("image.NEF")
