"""Everybody can use the pages: contrast, other displays, the keyboard alone, and what a screen reader is given."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from chemigram_core.gallery.gallery import library_gallery
from chemigram_core.library.members import members
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support import contrast
from tests.support.browser import PROGRAMS, Browser
from tests.support.edited_scene import edited, save

pytestmark = pytest.mark.needs_program(*PROGRAMS)

PICTURES = "#frame"
SCHEMES = ("dark", "light")
CONTROLS = {"radio", "checkbox", "slider", "combobox", "link", "DisclosureTriangle", "searchbox"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of a library with all that pages say: tags, problems, no picture, no state."""
    folder = tmp_path_factory.mktemp("library")
    edited(folder / "library" / "2026" / "IMG_1.tif", size=(300, 200))
    damaged = edited(folder / "library" / "2026" / "IMG_2.tif", seed=2, size=(300, 200))
    path = damaged.root / damaged.objects.path(damaged.resolve("v1_export"), Kind.SNAPSHOT)
    path.chmod(0o644)
    path.write_bytes(b"spoilt")
    save(Repository.init(folder / "library" / "2026" / "IMG_3.tif"), MAIN, 1, "first")
    Repository.init(folder / "library" / "new.tif")
    library_gallery(members(folder / "library"), "Autumn", folder / "page")
    return folder / "page"


def page_of(pages: Path, name: str) -> Path:
    return pages / "index.html" if name == "overview" else pages / "images" / "2026" / name / "index.html"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["overview", "IMG_1.tif", "IMG_2.tif", "IMG_3.tif"])
def test_contrast_is_enough_for_text_and_controls(browser: Browser, pages: Path, name: str, scheme: str) -> None:
    browser.prefer(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    browser.open(page_of(pages, name))
    browser.run("[...document.querySelectorAll('details')].map((one) => one.open = true)")
    if name == "overview":
        browser.find("#find").send_keys("IMG")
    texts, controls = contrast.texts(browser, PICTURES), contrast.controls(browser, PICTURES)
    assert len(texts) > 10
    assert len(controls) > 3
    assert contrast.too_low(texts, contrast.TEXT) == []
    assert contrast.too_low(controls, contrast.CONTROL) == []


def test_the_measure_finds_a_contrast_that_is_too_low(browser: Browser, pages: Path) -> None:
    browser.open(page_of(pages, "IMG_1.tif"))
    browser.run("document.querySelector('h1').style.color = '#777'")
    browser.run("document.getElementById('after-name').style.background = 'rgb(0 0 0 / .3)'")
    low = contrast.too_low(contrast.texts(browser, PICTURES), contrast.TEXT)
    assert [one.what for one in low] == ["2026/IMG_1.tif", "for the print"]


@pytest.mark.parametrize(("width", "height"), [(800, 500), (640, 400), (320, 640)])
@pytest.mark.parametrize("name", ["overview", "IMG_1.tif"])
def test_enlarged_and_on_narrow_screens_nothing_is_wider_than_the_window(
    browser: Browser, pages: Path, name: str, width: int, height: int
) -> None:
    """A window of 1600 x 1000 pixels at 200 % has 800 x 500 in CSS; 320 is the narrowest that WCAG asks for."""
    browser.open(page_of(pages, name), width, height)
    assert browser.run("document.documentElement.scrollWidth") <= width
    if name != "overview":
        frame = browser.find("#frame").rect
        assert frame["width"] > width / 3, "the picture is still what the page shows"
        assert frame["height"] > 100


def test_nothing_moves_for_those_who_want_no_motion(browser: Browser, pages: Path) -> None:
    for motion, scrolling in (("reduce", "auto"), ("no-preference", "smooth")):
        browser.prefer(prefers_reduced_motion=motion)
        browser.open(page_of(pages, "IMG_1.tif"))
        assert browser.run("getComputedStyle(document.querySelector('.strip')).scrollBehavior") == scrolling
        moving = "[...document.querySelectorAll('*')].filter((one) => {const s = getComputedStyle(one);"
        moving += " return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0}).length"
        assert browser.run(moving) == 0


def test_with_forced_colors_slider_swatches_and_selection_are_seen(browser: Browser, pages: Path) -> None:
    browser.prefer(forced_colors="active")
    browser.open(page_of(pages, "IMG_1.tif"))
    for part in ("#split", ".swatch"):
        assert browser.run(f"getComputedStyle(document.querySelector('{part}')).forcedColorAdjust") == "none"
    outlines = "[...document.querySelectorAll('.state .small')].map((one) => getComputedStyle(one).outlineColor)"
    counts = Counter(browser.run(outlines))
    assert sorted(counts.values()) == [1, 6], "the selected state differs from the others"


def test_each_control_has_a_role_and_a_name_for_screen_readers(browser: Browser, pages: Path) -> None:
    for name in ("overview", "IMG_1.tif"):
        browser.open(page_of(pages, name))
        tree = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        found = [(one["role"]["value"], one.get("name", {}).get("value", "")) for one in tree if not one["ignored"]]
        assert [role for role, said in found if role in CONTROLS and not said] == []
        landmarks = {role for role, _ in found} & {"banner", "main", "region", "navigation", "search", "contentinfo"}
        assert {"banner", "main", "region"} <= landmarks
        if name != "overview":
            assert ("slider", "Share of the picture that shows the earlier state") in found
            assert ("combobox", "Compare with") in found
            assert ("group", "States, oldest first") in found
            assert ("group", "Masks") in found
            assert {said for role, said in found if role == "checkbox"} == {"reflection", "sky"}
            assert len([said for role, said in found if role == "radio"]) == 7


def test_masks_and_comparison_work_with_the_keyboard_alone(browser: Browser, pages: Path) -> None:
    browser.open(page_of(pages, "IMG_1.tif"))
    reached = set()
    for _ in range(8):
        browser.press(Keys.TAB)
        focus = browser.driver.switch_to.active_element
        reached.add(focus.get_attribute("id") or focus.get_attribute("data-name") or focus.tag_name)
        if focus.get_attribute("data-name") == "sky":
            browser.press(Keys.SPACE)
            assert len(browser.all("#overlays img")) == 1
            browser.press(Keys.SPACE)
            assert len(browser.all("#overlays img")) == 0
        if focus.get_attribute("id") == "compare":
            browser.press(Keys.ARROW_DOWN)
            assert not browser.find("#split").is_displayed(), "nothing to compare with"
        if focus.tag_name == "summary":
            browser.press(Keys.ENTER)
            assert "chemfs restore" in browser.find("article.current details").text
    assert {"split", "compare", "sky", "reflection", "summary"} <= reached
