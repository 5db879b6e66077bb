"""The overview of a library of 200 images in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from chemigram_core.gallery.gallery import library_gallery
from chemigram_core.library.members import members
from chemigram_core.names import TagName
from chemigram_core.operations import refs
from chemigram_core.repository import MAIN, Repository
from tests.support.browser import PROGRAMS, Browser
from tests.support.edited_scene import put_picture, save
from tests.support.scene import Look, jpeg, landscape

pytestmark = pytest.mark.needs_program(*PROGRAMS)

IMAGES = 200
SIZE = (480, 320)


@pytest.fixture(scope="module")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two shoots; twelve scenes repeat. Every tenth image has a tag, every fiftieth no state."""
    folder = tmp_path_factory.mktemp("library")
    looks = [Look(ev=0.1 * (seed % 5), warmth=0.1 * (seed % 7) - 0.3, contrast=0.8) for seed in range(12)]
    pictures = [jpeg(landscape(seed, look, SIZE)) for seed, look in enumerate(looks)]
    (folder / "library").mkdir()
    (folder / "library" / "library.json").write_text("{}")
    for number in range(IMAGES):
        shoot = "2026-11-20-evening" if number < 60 else "2026-11-21-lake"
        repository = Repository.init(folder / "library" / shoot / f"IMG_{number:04}.tif")
        if number % 50 == 7:
            continue
        put_picture(repository, save(repository, MAIN, 1, "first"), pictures[number % 12])
        if number % 10 == 0:
            refs.create_tag(repository, TagName("v1_export"), "main")
    library_gallery(members(folder / "library"), "Autumn 2026", folder / "page")
    return folder / "page" / "index.html"


def shown(browser: Browser) -> int:
    return sum(browser.run("[...document.querySelectorAll('.card')].map((card) => !card.hidden)"))


def test_only_the_pictures_in_sight_are_loaded(browser: Browser, overview: Path) -> None:
    browser.open(overview)
    browser.picture()
    loaded = browser.run("[...document.images].filter((one) => one.complete && one.naturalWidth).length")
    assert len(browser.all(".card img")) == IMAGES - 4
    assert 0 < loaded < IMAGES / 2


def test_a_search_and_a_tag_leave_what_matches(browser: Browser, overview: Path) -> None:
    browser.open(overview)
    assert shown(browser) == IMAGES
    browser.find("#find").send_keys("lake 015")
    assert shown(browser) == 10
    assert browser.find("#count").text == f"10 of {IMAGES}"
    browser.all("#tag option")[1].click()
    assert shown(browser) == 1
    browser.find("#find").send_keys("x")
    assert browser.find("#no-match").is_displayed()
    browser.find("#find").clear()
    browser.all("#tag option")[0].click()
    browser.find("#needy").click()
    assert shown(browser) == 4


def test_arrow_keys_walk_over_the_images_and_enter_opens_one(browser: Browser, overview: Path) -> None:
    browser.open(overview)
    browser.run("document.querySelector('.card a').focus()")
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_UP)
    assert browser.driver.switch_to.active_element.text.startswith("IMG_0001.tif")
    browser.press(Keys.ENTER)
    assert browser.find("h1").text == "2026-11-20-evening/IMG_0001.tif"
    browser.find("nav a").click()
    assert browser.find("h1").text == "Autumn 2026"


@pytest.mark.parametrize(("name", "size"), [("gallery-library", (1600, 1000)), ("gallery-library-small", (400, 800))])
def test_the_overview_fits_the_window(
    browser: Browser, overview: Path, album: Path, name: str, size: tuple[int, int]
) -> None:
    width, height = size
    browser.open(overview, width, height)
    browser.picture().save(album / f"{name}.jpg", quality=88, optimize=True)
    assert browser.run("document.documentElement.scrollWidth") == width
    assert [one.accessible_name for one in browser.all("input, select, .card a") if not one.accessible_name] == []
