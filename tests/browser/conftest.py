"""A headless browser for all tests, and galleries of the landscape."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core.gallery.gallery import image_gallery
from tests.support.browser import Browser, new_browser
from tests.support.edited_scene import edited


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with new_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(running: Browser) -> Iterator[Browser]:
    """The browser. At the end of each test, its page asked nothing but files, and the console is empty."""
    running.prefer(prefers_color_scheme="dark", prefers_reduced_motion="reduce")
    running.asked_for()
    running.complaints()
    yield running
    assert running.complaints() == []
    assert [url for url in running.asked_for() if not url.startswith(("file://", "chrome://", "data:"))] == []


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery of an image."""
    folder = tmp_path_factory.mktemp("gallery")
    image_gallery(edited(folder / "IMG_0012.tif", size=(1024, 683)), "IMG_0012.tif", folder / "page")
    return folder / "page" / "index.html"


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Where screenshots go: into the documentation where SCREENSHOTS names its folder."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
