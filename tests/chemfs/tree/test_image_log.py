"""What a mount logs about images that are not there: one line for each, and no more than ten for a library."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from chemfs.tree.image_log import log_missing_images
from chemfs.tree.tree import Tree
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import picture, sidecar
from tests.support.by_path import ByPath
from tests.support.counts import counted

PATIENCE_SECONDS = 20.0


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def test_a_library_names_the_first_and_counts_the_rest(
    tmp_path: Path, photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(13):
        Repository.init(tmp_path / f"library/{number}.tif", picture(photos / f"{number}.tif"))
    photos.rename(tmp_path / "unplugged")
    tree = Tree(tmp_path / "library", read_only=True)
    tree.start()
    end = time.monotonic() + PATIENCE_SECONDS
    while len(caplog.records) < 11 and time.monotonic() < end:
        time.sleep(0.02)
    tree.stop()
    *named, last = [record.getMessage() for record in caplog.records]
    assert len(named) == 10
    assert all("image not available" in text and str(photos) in text for text in named)
    assert last.startswith("3 more images are not available")


def test_search_for_missing_images_leaves_time_for_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    log_missing_images([Repository.init(tmp_path / str(number)).root for number in range(3)])
    assert len(pauses) == 3


def test_missing_image_is_logged_once_until_it_returns(
    tmp_path: Path, photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    repository = Repository.init(tmp_path / "r", picture(photos / "a.tif"))
    save_xmp(repository, MAIN, sidecar(1))
    tree = ByPath(repository.root)
    for expected in (1, 2):
        photos.rename(tmp_path / "unplugged")
        for _ in range(3):
            with pytest.raises(Exception, match="no such file"):
                tree.node("heads/main/a.tif")
        assert [record.levelno for record in caplog.records] == [logging.WARNING] * expected
        (tmp_path / "unplugged").rename(photos)
        assert tree.read("heads/main/a.tif") == (photos / "a.tif").read_bytes()


def test_listings_look_at_the_image_once_a_second(tmp_path: Path, photos: Path) -> None:
    repository = Repository.init(tmp_path / "r", picture(photos / "a.tif"))
    save_xmp(repository, MAIN, sidecar(1))
    time.sleep(0.03)  # what has just changed is read each time
    tree = ByPath(repository.root)
    assert "a.tif" in tree.names("heads/main")
    with counted() as once:
        tree.names("heads/main")
    photos.rename(tmp_path / "unplugged")
    with counted() as again:
        assert "a.tif" in tree.names("heads/main")
    assert again == once
