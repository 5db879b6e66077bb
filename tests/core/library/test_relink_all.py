"""Where the images of a library are, after the photographs were moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemigram_core.image.location import image_problem
from chemigram_core.library.members import members
from chemigram_core.library.relink_all import NoFolderOfImages, RelinkReport, relink_all
from chemigram_core.repository import Repository
from chemigram_core.shoot.importer import import_shoot
from tests.support.shoots import image

IMAGES = ("wedding/1.NEF", "wedding/2.NEF", "wedding/night/3.NEF", "wedding/night/roll/4.NEF")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for path in IMAGES:
        image((tmp_path / "photos" / path).parent, Path(path).name)
    return tmp_path / "photos"


@pytest.fixture
def library(photos: Path, tmp_path: Path) -> Path:
    assert import_shoot(photos / "wedding", tmp_path / "library").problems == []
    return tmp_path / "library"


def relinked(library: Path, folder: Path, *, dry_run: bool = False) -> RelinkReport:
    return relink_all(members(library), folder, dry_run=dry_run)


def places(library: Path) -> dict[str, str]:
    """Where the repositories say that their images are."""
    images = {one.path: Repository(one.root).image for one in members(library)}
    return {path: image.place for path, image in images.items() if image is not None}


def missing(library: Path) -> list[str]:
    images = {one.path: Repository(one.root).image for one in members(library)}
    return [path for path, image in images.items() if image is not None and image_problem(image)]


def test_photographs_that_were_moved_are_found_by_their_paths(library: Path, photos: Path) -> None:
    moved = photos.rename(photos.with_name("archive"))
    assert len(missing(library)) == 4
    report = relinked(library, moved)
    assert report.is_complete
    assert list(report.relinked.values()) == [moved / path for path in IMAGES]
    assert missing(library) == []
    again = relinked(library, moved)
    assert (again.relinked, again.unchanged) == ({}, list(report.relinked))


def test_images_of_a_subfolder_are_searched_from_there(library: Path, photos: Path) -> None:
    moved = (photos / "wedding").rename(photos.with_name("archive"))
    assert relinked(library / "wedding", moved).is_complete
    assert missing(library) == []


def test_dry_run_reports_the_same_and_links_nothing(library: Path, photos: Path) -> None:
    moved = photos.rename(photos.with_name("archive"))
    before = places(library)
    report = relinked(library, moved, dry_run=True)
    assert places(library) == before
    assert report == relinked(library, moved)


def test_images_that_exist_are_relinked_to_the_new_folder(library: Path, photos: Path, tmp_path: Path) -> None:
    image(tmp_path / "copy" / "wedding", "1.NEF")
    image(tmp_path / "copy" / "elsewhere", "2.NEF")
    report = relinked(library, tmp_path / "copy")
    assert list(report.relinked) == ["wedding/1.NEF"]
    assert len(report.unchanged) == 3


def test_a_missing_image_is_found_by_a_name_that_is_unique_on_both_sides(library: Path, photos: Path) -> None:
    (photos / "wedding/1.NEF").rename(photos / "best of.NEF")
    (photos / "best of.NEF").rename(image(photos / "chosen", "1.NEF"))
    report = relinked(library, photos)
    assert report.relinked == {"wedding/1.NEF": photos / "chosen" / "1.NEF"}
    assert missing(library) == []


def test_ambiguous_images_are_listed_and_left(library: Path, photos: Path) -> None:
    (photos / "wedding/1.NEF").unlink()
    candidates = [image(photos / folder, "1.NEF") for folder in ("a", "b")]
    (photos / "wedding/night/3.NEF").unlink()
    image(photos / "a", "3.NEF")
    twin = Repository.init(library / "wedding" / "other", image(photos / "a", "3.NEF"))
    before = places(library)
    report = relinked(library, photos)
    assert report.ambiguous == {"wedding/1.NEF": candidates, "wedding/night/3.NEF": [photos / "a" / "3.NEF"]}
    assert (report.relinked, report.is_complete) == ({}, False)
    assert places(library) == before
    assert twin.image is not None


def test_images_not_found_are_listed_with_their_old_place(library: Path, photos: Path, tmp_path: Path) -> None:
    (photos / "wedding/2.NEF").unlink()
    report = relinked(library, photos)
    assert report.missing == {"wedding/2.NEF": str(photos / "wedding/2.NEF")}
    with pytest.raises(NoFolderOfImages):
        relinked(library, tmp_path / "nowhere")


def test_damaged_repository_is_named_and_does_not_stop_the_others(library: Path, photos: Path) -> None:
    (library / "wedding/1.NEF/HEAD").unlink()
    moved = photos.rename(photos.with_name("archive"))
    report = relinked(library, moved)
    assert list(report.problems) == ["wedding/1.NEF"]
    assert len(report.relinked) == 3
