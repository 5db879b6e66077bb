"""tagged/ in the folders of a library: what was delivered, and what it costs to look at it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chemfs.tree.errors import NotFound, ReadOnly
from chemigram_core.durable import file_cache
from chemigram_core.errors import RefDamaged
from chemigram_core.library import tag_index
from chemigram_core.names import MaskName, TagName
from chemigram_core.operations.refs import create_tag, delete_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask, sidecar
from tests.support.by_path import ByPath
from tests.support.counts import counted
from tests.support.shoots import image

SHOOT = "/2026/wedding"
SOMEBODY = 65534
TAGGED = f"{SHOOT}/tagged"


@pytest.fixture
def add(tmp_path: Path) -> Callable[..., Repository]:
    """Adds an image with a state for each tag, in this order, to the shoot of a library."""

    def make(name: str, *tags: str, masks: dict[str, bytes] | None = None, has_image: bool = True) -> Repository:
        root = tmp_path / "library" / "2026" / "wedding" / name
        made = Repository.init(root, image(tmp_path / "photos", name) if has_image else None)
        files = {MaskName(mask_name): data for mask_name, data in (masks or {}).items()}
        for number, tag in enumerate(tags):
            save_xmp(made, MAIN, sidecar(number), mask_files=files)
            create_tag(made, TagName(tag))
        save_xmp(made, MAIN, sidecar(1000))
        return made

    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "library.json").write_text("{}")
    return make


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    return ByPath(tmp_path / "library")


def xmp(repository: Repository, tag: str) -> bytes:
    return repository.objects.read(repository.resolve(tag), Kind.SNAPSHOT)


def test_tagged_images_are_shown_with_their_tagged_states(add: Callable[..., Repository], view: ByPath) -> None:
    first, second = add("a.NEF", "v0", "v1_export"), add("b.NEF", "v1_export")
    add("c.NEF", "other")
    add("d.NEF")
    assert view.names(TAGGED) == ["other", "v0", "v1_export"]
    assert view.names(f"{TAGGED}/v1_export") == ["a.NEF", "a.NEF.xmp", "b.NEF", "b.NEF.xmp"]
    assert view.read(f"{TAGGED}/v1_export/a.NEF") == b"picture of a.NEF"
    for repository in (first, second):
        name = repository.root.name
        assert view.read(f"{TAGGED}/v1_export/{name}.xmp") == xmp(repository, "v1_export") != xmp(repository, "main")
    with pytest.raises(NotFound):
        view.node(f"{TAGGED}/v1_export/c.NEF")
    with pytest.raises(NotFound):
        view.node(f"{TAGGED}/v2")


def test_each_image_with_masks_has_a_masks_folder(add: Callable[..., Repository], view: ByPath) -> None:
    add("a.NEF", "v1", masks={"sky": mask(1), "fish": mask(2)})
    add("b.NEF", "v1")
    assert view.names(f"{TAGGED}/v1") == ["a.NEF", "a.NEF.xmp", "b.NEF", "b.NEF.xmp", "masks"]
    assert view.names(f"{TAGGED}/v1/masks") == ["a.NEF"]
    assert sorted(view.names(f"{TAGGED}/v1/masks/a.NEF")) == ["fish.png", "sky.png"]
    assert view.read(f"{TAGGED}/v1/masks/a.NEF/sky.png") == mask(1)
    with pytest.raises(NotFound):
        view.node(f"{TAGGED}/v1/masks/b.NEF")


def test_image_without_masks_has_no_masks_folder(add: Callable[..., Repository], view: ByPath) -> None:
    add("a.NEF", "v1")
    assert view.names(f"{TAGGED}/v1") == ["a.NEF", "a.NEF.xmp"]
    with pytest.raises(NotFound):
        view.node(f"{TAGGED}/v1/masks")


def test_slash_in_a_tag_makes_a_nested_folder(add: Callable[..., Repository], view: ByPath) -> None:
    add("a.NEF", "client")
    add("b.NEF", "client/v1")
    assert view.names(TAGGED) == ["client"]
    assert view.names(f"{TAGGED}/client") == ["a.NEF", "a.NEF.xmp", "v1"]
    assert view.names(f"{TAGGED}/client/v1") == ["b.NEF", "b.NEF.xmp"]


def test_an_image_named_like_a_part_of_a_tag_keeps_its_name(add: Callable[..., Repository], view: ByPath) -> None:
    add("v1", "client")
    add("b.NEF", "client/v1")
    assert view.names(f"{TAGGED}/client") == ["v1", "v1.xmp", "v1_"]
    assert view.names(f"{TAGGED}/client/v1_") == ["b.NEF", "b.NEF.xmp"]
    assert view.read(f"{TAGGED}/client/v1") == b"picture of v1"


def test_sidecar_is_shown_without_its_image(add: Callable[..., Repository], view: ByPath) -> None:
    add("a.NEF", "v1", has_image=False)
    assert view.names(f"{TAGGED}/v1") == ["a.NEF.xmp"]
    with pytest.raises(NotFound):
        view.node(f"{TAGGED}/v1/a.NEF")


def test_tagged_is_read_only(add: Callable[..., Repository], view: ByPath) -> None:
    add("a.NEF", "v1")
    with pytest.raises(ReadOnly):
        view.write(f"{TAGGED}/v1/a.NEF.xmp", b"")
    with pytest.raises(ReadOnly):
        view.write(f"{TAGGED}/v1/new", b"")
    with pytest.raises(ReadOnly):
        view.make_folder(f"{TAGGED}/v2")
    with pytest.raises(ReadOnly):
        view.remove(f"{TAGGED}/v1/a.NEF")


def test_new_tag_appears_at_once_and_a_deleted_one_disappears(
    add: Callable[..., Repository], view: ByPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = add("a.NEF", "v1")
    for _ in range(3):
        assert view.names(TAGGED) == ["v1"]
    create_tag(one, TagName("v2"))
    assert view.names(f"{TAGGED}/v2") == ["a.NEF", "a.NEF.xmp"]
    delete_tag(one, TagName("v2"))
    monkeypatch.setattr(tag_index, "TRUST_SECONDS", 0)
    assert view.names(TAGGED) == ["v1"]
    with pytest.raises(NotFound):
        view.node(f"{TAGGED}/v2")


def test_every_kind_of_change_shows(
    add: Callable[..., Repository], view: ByPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_index, "TRUST_SECONDS", 0)
    monkeypatch.setattr(file_cache, "_RACY_NS", -1_000_000_000_000)  # as if the clock had gone on
    one = add("a.NEF", "v1")
    for _ in range(2):
        assert view.names(TAGGED) == ["v1"]
    add("b.NEF", "v2")  # another repository
    assert view.names(TAGGED) == ["v1", "v2"]
    (one.root / "refs/tags/deep").mkdir()
    assert view.names(TAGGED) == ["v1", "v2"]
    create_tag(one, TagName("deep/er"))  # in a folder of tags that was there
    assert view.names(TAGGED) == ["deep", "v1", "v2"]
    (one.root / "HEAD").rename(one.root / "HEAD~")
    os.rename(one.root, one.root.with_name("c.NEF"))
    assert view.names(TAGGED) == ["v2"]
    (one.root.with_name("c.NEF") / "HEAD~").rename(one.root.with_name("c.NEF") / "HEAD")  # changes no listing above it
    assert view.names(TAGGED) == ["deep", "v1", "v2"]
    (one.root.with_name("c.NEF") / "raw" / "a.NEF").unlink()
    assert view.names(f"{TAGGED}/v1") == ["c.NEF.xmp"]


@pytest.mark.needs_root
def test_another_users_repository_is_not_listed(
    add: Callable[..., Repository], view: ByPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_index, "TRUST_SECONDS", 0)
    add("a.NEF", "v1", masks={"sky": mask()})
    other = add("b.NEF", "v1", masks={"sky": mask()})
    assert view.names(f"{TAGGED}/v1/masks") == ["a.NEF", "b.NEF"]
    os.chown(other.root, SOMEBODY, SOMEBODY)
    assert view.names(f"{TAGGED}/v1") == ["a.NEF", "a.NEF.xmp", "masks"]
    assert view.names(f"{TAGGED}/v1/masks") == ["a.NEF"]
    os.chown(other.root, 0, 0)
    assert view.names(f"{TAGGED}/v1/masks") == ["a.NEF", "b.NEF"]


def test_damaged_repository_does_not_hide_others(add: Callable[..., Repository], view: ByPath, tmp_path: Path) -> None:
    add("a.NEF", "v1")
    damaged, unlisted = add("b.NEF", "v1"), add("c.NEF", "v1")
    (damaged.root / "refs/tags/v1").write_text("")
    (unlisted.root / "refs/tags/v1").unlink()
    (unlisted.root / "refs/tags").rmdir()
    (unlisted.root / "refs/tags").symlink_to(tmp_path)
    assert view.names(f"{TAGGED}/v1") == ["a.NEF", "a.NEF.xmp", "b.NEF", "b.NEF.xmp"]
    assert view.read(f"{TAGGED}/v1/a.NEF.xmp")
    with pytest.raises(RefDamaged):
        view.node(f"{TAGGED}/v1/b.NEF.xmp")


def test_a_folder_without_images_has_no_tags(add: Callable[..., Repository], view: ByPath) -> None:
    add("a.NEF", "v1")
    assert view.names("/tagged") == []
    assert view.names("/2026/tagged") == []


def test_tags_are_listed_without_opening_objects(add: Callable[..., Repository], view: ByPath) -> None:
    for number in range(10):
        made = add(f"{number}.NEF", "v1")
        for path in (made.root / "objects").rglob("*.*"):
            path.unlink()
    with counted() as counts:
        assert view.names(TAGGED) == ["v1"]
    assert counts.parses == 0
    assert len(view.names(f"{TAGGED}/v1")) == 20


def test_an_unchanged_folder_is_listed_from_memory(
    add: Callable[..., Repository], view: ByPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_cache, "_RACY_NS", -1_000_000_000_000)
    monkeypatch.setattr(tag_index, "TRUST_SECONDS", 1000)
    for number in range(50):
        add(f"{number:02}.NEF", "v1", masks={"sky": mask()} if number == 7 else None)
    folder = view.folder(f"{TAGGED}/v1")
    names = [entry.name for entry in folder.entries()]
    with counted() as again:
        assert [entry.name for entry in folder.entries()] == names
    assert again.opens <= 1
    assert again.parses == 0
    assert again.stats <= 2 * 50 + 10
    listed = folder.listed
    with counted() as later:
        assert [entry.name for entry in folder.entries()] == names
        assert folder.listed == listed, "so the kernel may keep the listing"
    assert (later.opens, later.stats, later.parses) == (0, 0, 0)
    assert len(names) == 101


def test_concurrent_listings_look_once(
    add: Callable[..., Repository], view: ByPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("a.NEF", "v1")
    index = tag_index.tag_index(view.store, ("2026", "wedding"))
    looks, really, begun = [], index._look, threading.Event()

    def slowly() -> tag_index.TaggedImages:
        looks.append(1)
        begun.set()
        time.sleep(0.2)  # the others ask meanwhile
        index._looked = time.monotonic()  # as a look that began after their question
        return really()

    monkeypatch.setattr(index, "_look", slowly)
    threads = [threading.Thread(target=index.look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looks) <= 2
