"""The page of an image in a real browser: what a photographer points at and types."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from selenium.webdriver.common.keys import Keys

from chemigram_core.gallery.gallery import image_gallery
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.browser import PROGRAMS, Browser
from tests.support.daemon import Daemon
from tests.support.drawn_edits import Sample, circle, sidecar_of
from tests.support.drawn_scenes import crop
from tests.support.drawn_states import drawn_repository, save_samples
from tests.support.edited_scene import edited, plain_jpeg, put_picture, save
from tests.support.scene import PLAIN, sky_mask

pytestmark = pytest.mark.needs_program(*PROGRAMS)

HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"

LABELLED = "article.current input, #split, #compare, .state input"


def selected(browser: Browser) -> str:
    """The heading of the state that is shown."""
    (shown,) = [one.text for one in browser.all("article h2") if one.is_displayed()]
    return shown


def split(browser: Browser) -> int:
    return int(browser.run("document.getElementById('split').value"))


def pixel(browser: Browser, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place in the picture, in shares of its size."""
    box = browser.find("#frame").rect
    found = browser.picture().getpixel((round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])))
    assert isinstance(found, tuple)
    return found


def test_the_page_opens_at_head_s_state_with_before_and_after(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert selected(browser) == "for the print"
    assert [browser.find(f"#{side}-name").text for side in ("before", "after")] == ["sky darkened", "for the print"]
    assert split(browser) == 50
    assert browser.find("#after").get_attribute("alt") == "IMG_0012.tif, for the print"
    browser.picture()
    assert browser.run("document.getElementById('after').naturalWidth") == 1024


def test_the_slider_follows_the_mouse(browser: Browser, page: Path) -> None:
    browser.open(page)
    right = pixel(browser, 0.8, 0.2)
    browser.drag(browser.find("#split"), (0.5, 0.5), (0.9, 0.5))
    assert 88 <= split(browser) <= 92
    assert pixel(browser, 0.8, 0.2) != right, "it shows the state before now"


def test_the_slider_is_moved_by_keys_and_says_where_it_is(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.getElementById('split').focus()")
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    assert split(browser) == 51
    slider = browser.find("#split")
    assert slider.aria_role == "slider"
    assert slider.accessible_name == "Share of the picture that shows the earlier state"
    assert slider.get_attribute("aria-valuetext") == "51 % before"
    assert selected(browser) == "for the print", "the keys of the slider walk nowhere"


def test_arrow_keys_walk_through_the_states(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press(Keys.ARROW_LEFT)
    assert selected(browser) == "a little less"
    browser.press(Keys.HOME)
    assert selected(browser) == "imported"
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert selected(browser) == "golden hour"
    assert browser.find("#before-name").text == "exposure", "the state that it was made from"
    browser.press(Keys.END)
    assert selected(browser) == "for the print"


def test_space_and_enter_switch_the_comparison(browser: Browser, page: Path) -> None:
    browser.open(page)
    for key, is_there in ((Keys.SPACE, False), (Keys.ENTER, True)):
        browser.press(key)
        assert browser.find("#split").is_displayed() is is_there


def test_a_first_state_has_nothing_before_it(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press(Keys.HOME)
    assert not browser.find("#split").is_displayed()


def test_any_state_can_be_the_one_before(browser: Browser, page: Path) -> None:
    browser.open(page)
    (black_and_white,) = [one for one in browser.all("#compare option") if one.text.startswith("Saved ")]
    black_and_white.click()
    red, green, blue = pixel(browser, 0.2, 0.3)
    assert max(red, green, blue) - min(red, green, blue) < 16, "gray"


def test_a_mask_is_laid_over_the_picture_and_stays_on_in_the_next_state(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press(Keys.SPACE)
    sky, hill = pixel(browser, 0.5, 0.1), pixel(browser, 0.5, 0.75)
    (box,) = [one for one in browser.all("article.current label") if one.text == "sky"]
    box.click()
    assert browser.find("#overlays img").get_attribute("alt") == "mask sky"
    covered = pixel(browser, 0.5, 0.1)
    assert max(abs(one - other) for one, other in zip(sky, covered, strict=True)) > 60
    assert max(abs(one - other) for one, other in zip(hill, pixel(browser, 0.5, 0.75), strict=True)) < 6
    for _ in range(3):
        browser.press(Keys.ARROW_LEFT)
    assert selected(browser) == "sky darkened"
    assert len(browser.all("#overlays img")) == 1
    browser.press(Keys.ARROW_LEFT)
    assert len(browser.all("#overlays img")) == 0, "a state without that mask"


def test_mask_over_a_cropped_picture_is_cropped(browser: Browser, tmp_path: Path) -> None:
    repository = drawn_repository(tmp_path / "drawn", size=(600, 400))
    disc = Sample("circle", "", circle((0.55, 0.5), 0.1, 0.0))
    put_picture(repository, save_samples(repository, [disc], before=[crop(0.5, 0.25, 1, 0.75)]), plain_jpeg(90))
    image_gallery(repository, "r", tmp_path / "page")
    browser.open(tmp_path / "page" / "index.html")
    browser.find("article.current .masks input").click()
    inside, outside = (0.1, 0.5), (0.55, 0.5)  # the disc is in the middle of the whole picture, not of the crop
    assert pixel(browser, *inside)[0] > pixel(browser, *inside)[1] + 60, "red"
    assert pixel(browser, *outside) == pixel(browser, 0.9, 0.9)


def test_mask_of_another_frame_is_shown_separately_with_the_reason(browser: Browser, tmp_path: Path) -> None:
    repository = drawn_repository(tmp_path / "drawn", size=(600, 400))
    masks = {MaskName("sky"): sky_mask(size=(600, 400))}
    xmp = sidecar_of([], before=[crop(0.5, 0.25, 1, 0.75)])
    put_picture(repository, save_xmp(repository, MAIN, xmp, mask_files=masks).digest, plain_jpeg(90))
    image_gallery(repository, "r", tmp_path / "page")
    browser.open(tmp_path / "page" / "index.html")
    browser.find("article.current .masks input").click()
    assert max(pixel(browser, 0.9, 0.9)) < 10, "black where the mask is, and nothing of the picture"
    assert "the edit changes what the picture shows (crop)" in browser.find("article.current .masks").text


def test_every_control_is_reached_by_tab_and_its_focus_is_seen(browser: Browser, page: Path) -> None:
    browser.open(page)
    seen = []
    for _ in range(7):
        browser.press(Keys.TAB)
        focus = browser.driver.switch_to.active_element
        seen.append(focus.get_attribute("id") or focus.get_attribute("name") or focus.tag_name)
        shown = "(e => getComputedStyle(e.name === 'state' ? e.nextElementSibling : e).outlineStyle)"
        assert browser.run(f"{shown}(document.activeElement)") != "none", seen
    assert [one for one in seen if one in {"split", "compare", "state", "summary"}] == [
        "split",
        "compare",
        "summary",
        "state",
    ]


def test_screen_readers_find_landmarks_and_labels(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert [browser.find(one).aria_role for one in ("header", "main", ".panel")] == ["banner", "main", "region"]
    names = [one.accessible_name for one in browser.all("main > section")]
    assert names == ["Picture", "The selected state", "History"]
    assert [one.accessible_name for one in browser.all(LABELLED) if not one.accessible_name] == []
    state = browser.all("input[name=state]")[3]
    assert state.accessible_name.startswith("sky darkened")
    assert state.accessible_name.endswith("tag v1_export")


def test_a_state_that_the_address_names_is_shown(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press(Keys.HOME)
    fragment = browser.run("location.hash")
    browser.open(page, fragment=fragment)
    assert selected(browser) == "imported"


def test_a_state_without_a_picture_says_how_to_get_one(browser: Browser, tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    digest = save(repository, MAIN, 1, "first")
    image_gallery(repository, "r", tmp_path / "page")
    browser.open(tmp_path / "page" / "index.html")
    assert f"chemfs render r {digest[:12]}" in browser.find("#nothing").text
    assert not browser.find("#frame").is_displayed()


def test_hostile_texts_stay_text(browser: Browser, tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    save(repository, MAIN, 1, HOSTILE, look=PLAIN, masks={MaskName("'><b onclick=x>"): sky_mask(size=(90, 60))})
    image_gallery(repository, "r", tmp_path / "page")
    browser.open(tmp_path / "page" / "index.html")
    assert selected(browser) == HOSTILE
    assert browser.driver.title == "r"
    assert browser.all("article b, article script") == []


def test_the_policy_stops_what_would_ask_the_network(browser: Browser, page: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        browser.open(page)
        picture = f"http://127.0.0.1:{server.server_port}/x.png"
        browser.driver.execute_async_script(
            "const [url, done] = arguments, image = new Image(); image.onerror = () => done(); image.src = url", picture
        )
        server.shutdown()
    assert asked == []
    assert any("Content Security Policy" in line for line in browser.complaints())
    browser.asked_for()


@pytest.mark.needs_fuse
def test_the_page_works_from_a_mount(browser: Browser, tmp_path: Path) -> None:
    daemon = Daemon(edited(tmp_path / "IMG_0012.tif", size=(300, 200)).root, tmp_path / "mnt")
    try:
        browser.open(tmp_path / "mnt" / "previews" / "index.html")
        browser.picture()
        assert selected(browser) == "for the print"
        assert browser.run("document.getElementById('after').naturalWidth") == 300
        browser.all("article.current .masks input")[1].click()
        browser.picture()
        assert browser.run("document.querySelector('#overlays img').naturalWidth") == 300
        browser.driver.get("about:blank")
    finally:
        daemon.unmount()


@pytest.mark.parametrize(("name", "size"), [("gallery", (1600, 1000)), ("gallery-small", (400, 800))])
def test_the_page_fits_the_window(browser: Browser, page: Path, album: Path, name: str, size: tuple[int, int]) -> None:
    width, height = size
    browser.open(page, width, height)
    if width > height:
        (box,) = [one for one in browser.all("article.current label") if one.text == "reflection"]
        box.click()
        browser.drag(browser.find("#split"), (0.5, 0.5), (0.42, 0.5))
    browser.picture().save(album / f"{name}.jpg", quality=88, optimize=True)
    assert browser.run("document.documentElement.scrollWidth") == width, "nothing is wider than the window"
    frame = browser.find("#frame").rect
    assert frame["width"] > 0.6 * width
    assert abs(frame["width"] / frame["height"] - 1024 / 683) < 0.01
