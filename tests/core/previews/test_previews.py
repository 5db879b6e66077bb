"""The previews of a repository: whole or absent, of the image as it is, bounded."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from chemigram_core.digest import Digest
from chemigram_core.durable.folder import Folder
from chemigram_core.fsck import check
from chemigram_core.operations.save import save_xmp
from chemigram_core.previews import previews as room
from chemigram_core.previews.image_identity import image_identity, present_identity
from chemigram_core.previews.jpeg import InvalidJpeg
from chemigram_core.previews.preview_name import PreviewName, Rendering
from chemigram_core.previews.previews import FOLDER, Previews
from chemigram_core.previews.selection import all_states, named_states
from chemigram_core.repository import MAIN, Repository
from tests.support import builders
from tests.support.counts import counted
from tests.support.previews import jpeg

IMAGE, OTHER_IMAGE = "1" * 16, "2" * 16


def rendering(edit: str = "e", *, image: str = IMAGE, size: int = 1024, darktable: str = "4.2.1") -> Rendering:
    return Rendering.of(Digest.of(edit.encode()), image, size, darktable)


def snapshot(number: int = 0) -> Digest:
    return Digest.of(bytes([number]))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.init(tmp_path / "repository", builders.picture(tmp_path / "sunset.tif"))
    for exposure in (1, 2):
        save_xmp(repository, MAIN, builders.sidecar(exposure))
    return repository


@pytest.fixture
def previews(repository: Repository) -> Previews:
    return Previews(repository.root)


def files(repository: Repository) -> list[Path]:
    return sorted((repository.root / FOLDER).iterdir())


def test_a_preview_is_found_by_its_snapshot(previews: Previews) -> None:
    data = jpeg()
    name = previews.put(snapshot(), rendering(), data)
    found = previews.find(snapshot(), IMAGE)
    assert found is not None
    assert (found.name, found.status.st_size) == (name, len(data))
    descriptor = previews.open(name)
    assert descriptor is not None
    with os.fdopen(descriptor, "rb") as file:
        assert file.read() == data
    assert previews.find(snapshot(1), IMAGE) is None


def test_the_largest_is_found_and_each_rendering_once(repository: Repository, previews: Previews) -> None:
    for size in (512, 2048, 1024, 512):
        previews.put(snapshot(), rendering(size=size), jpeg(size // 10))
    found = previews.find(snapshot(), IMAGE)
    assert found is not None
    assert found.name.rendering.size_pixels == 2048
    assert len(files(repository)) == 3
    assert previews.rendered(snapshot(), rendering(size=512)) is not None
    assert previews.rendered(snapshot(), rendering(size=500)) is None
    assert previews.rendered(snapshot(), rendering(darktable="5.4.1")) is None


def test_the_picture_of_an_equal_edit_is_known(previews: Previews) -> None:
    data = jpeg()
    previews.put(snapshot(), rendering("one"), data)
    assert previews.read_rendering(rendering("one")) == data
    assert previews.read_rendering(rendering("two")) is None


def test_picture_of_another_image_is_not_shown(previews: Previews) -> None:
    previews.put(snapshot(), rendering(), jpeg())
    assert previews.find(snapshot(), OTHER_IMAGE) is None
    assert previews.find(snapshot(), None) is not None, "while the image is away, it may be this one"


@pytest.mark.parametrize("damage", ["empty", "cut", "hole"])
def test_torn_picture_is_not_shown(repository: Repository, previews: Previews, damage: str) -> None:
    data = jpeg(size=(640, 480))
    previews.put(snapshot(), rendering(), data)
    torn = {"empty": b"", "cut": data[:-100], "hole": data[:4096] + bytes(4096) + data[8192:]}[damage]
    (file,) = files(repository)
    file.write_bytes(torn)
    assert previews.find(snapshot(), IMAGE) is None
    assert previews.rendered(snapshot(), rendering()) is None
    assert previews.read_rendering(rendering()) is None
    previews.put(snapshot(), rendering(), data)
    assert previews.find(snapshot(), IMAGE) is not None


@pytest.mark.parametrize("data", [b"", b"GIF89a", jpeg()[:-1], jpeg()[:400]])
def test_only_an_entire_jpeg_is_kept(repository: Repository, previews: Previews, data: bytes) -> None:
    with pytest.raises(InvalidJpeg):
        previews.put(snapshot(), rendering(), data)
    assert not (repository.root / FOLDER).exists()


def test_alien_files_and_links_are_ignored(repository: Repository, previews: Previews, tmp_path: Path) -> None:
    name = previews.put(snapshot(), rendering(), jpeg())
    (file,) = files(repository)
    outside = tmp_path / "outside.jpg"
    file.rename(outside)
    file.symlink_to(outside)
    (repository.root / FOLDER / "holiday.jpg").write_bytes(jpeg())
    (repository.root / FOLDER / "folder").mkdir()
    (repository.root / FOLDER / PreviewName(snapshot(2), *name[1:]).file_name).mkdir()
    assert previews.find(snapshot(), IMAGE) is None
    assert previews.find(snapshot(2), IMAGE) is None
    assert check(repository.root) == []
    assert previews.unneeded(lambda _: True, IMAGE) == []


def test_a_link_in_place_of_the_folder_is_not_followed(
    repository: Repository, previews: Previews, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repository.root / FOLDER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        previews.put(snapshot(), rendering(), jpeg())
    assert previews.find(snapshot(), IMAGE) is None
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_previews_are_private_to_the_owner(repository: Repository, previews: Previews) -> None:
    previews.put(snapshot(), rendering(), jpeg())
    assert [file.stat().st_mode & 0o777 for file in files(repository)] == [0o600]


def test_oldest_pictures_are_removed_first(
    repository: Repository, previews: Previews, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = jpeg()
    monkeypatch.setattr(room, "MOST_BYTES", 3 * len(data))
    for number in range(5):
        name = previews.put(snapshot(number), rendering(str(number)), data)
        os.utime(repository.root / FOLDER / name.file_name, (number, number))
    assert [previews.find(snapshot(number), IMAGE) is not None for number in range(5)] == [False, False, *[True] * 3]


def test_an_unchanged_folder_is_listed_once_and_a_picture_read_once(repository: Repository, previews: Previews) -> None:
    previews.put(snapshot(), rendering(), jpeg())
    time.sleep(0.03)  # what has just changed is not cached
    previews.find(snapshot(), IMAGE)
    with counted() as counts:
        assert previews.find(snapshot(), IMAGE) is not None
    assert (counts.opens, counts.parses) == (1, 0), "the folder"


def test_pictures_that_nothing_shows_are_unneeded(previews: Previews) -> None:
    old = previews.put(snapshot(), rendering(darktable="3.4.1"), jpeg(1))
    os.utime(previews._root / FOLDER / old.file_name, (1, 1))
    previews.put(snapshot(), rendering(), jpeg(2))
    previews.put(snapshot(), rendering(size=512), jpeg(3))
    gone = previews.put(snapshot(1), rendering(), jpeg(4))
    replaced = previews.put(snapshot(), rendering(image=OTHER_IMAGE), jpeg(5))
    found = previews.unneeded(lambda one: one == snapshot(), IMAGE)
    assert {one.name for one in found} == {old, gone, replaced}
    assert previews.remove(found) == found
    assert previews.unneeded(lambda one: one == snapshot(), IMAGE) == []
    assert previews.remove(found) == []


def test_an_image_is_recognized_where_it_was_moved(repository: Repository, tmp_path: Path) -> None:
    image = tmp_path / "sunset.tif"
    before = image_identity(image.stat())
    assert present_identity(repository.image) == before
    image.rename(tmp_path / "moved.tif")
    assert present_identity(repository.image) is None
    assert image_identity((tmp_path / "moved.tif").stat()) == before


def test_named_states_are_those_of_branches_and_tags(repository: Repository) -> None:
    first, second = builders.saves(repository)
    assert named_states(repository) == [second]
    assert all_states(repository) == [second, first]


@pytest.mark.parametrize("version", ["4.2.1", "5.5.0+42~g1a2b3c", "a/b -x\u202e", ""])
def test_names_round_trip(version: str) -> None:
    name = PreviewName(snapshot(), rendering(darktable=version or "?"), "0" * 8)
    assert PreviewName.parse(name.file_name) == name
    assert "/" not in name.file_name


def test_an_error_names_the_folder_and_no_temporary_file(previews: Previews, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Folder, name: str, *__: object) -> None:
        raise OSError(30, "Read-only file system", name)

    monkeypatch.setattr(Folder, "write", fail)
    for write in (previews.prepare, lambda: previews.put(snapshot(), rendering(), jpeg())):
        with pytest.raises(OSError, match="Read-only") as raised:
            write()
        assert str(raised.value.filename).endswith("/previews")
