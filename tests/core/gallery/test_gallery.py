"""The folder of a gallery: pages, pictures, and what is never overwritten."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch

import pytest
from lxml import html
from PIL import Image, ImageFile

from chemigram_core.darktable.drawn.geometry import WHOLE
from chemigram_core.gallery.folder import NotAGallery
from chemigram_core.gallery.gallery import image_gallery, library_gallery
from chemigram_core.gallery.image_page import OTHER_FRAME, OTHER_SHAPE
from chemigram_core.library.members import members
from chemigram_core.names import MaskName
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind
from tests.support.builders import mask
from tests.support.counts import counted
from tests.support.drawn_edits import Sample, sidecar_of
from tests.support.drawn_samples import ROUND, TILTED
from tests.support.drawn_scenes import crop, flip, step
from tests.support.drawn_states import drawn_repository, save_drawn, save_samples
from tests.support.edited_scene import edited, plain_jpeg, put_picture, save
from tests.support.memory import forget_everything
from tests.support.packets import Fields
from tests.support.scene import PLAIN

SMALL = (90, 60)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e{{ 7*7 }}"


def page(folder: Path) -> html.HtmlElement:
    return html.fromstring((folder / "index.html").read_text(encoding="utf-8"))


def texts(found: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(one.text_content().split()) for one in found.xpath(path)]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return edited(tmp_path / "sunset", size=SMALL)


def test_the_page_shows_the_states_with_their_names_and_changes(repository: Repository, tmp_path: Path) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    shown = page(tmp_path / "out")
    assert shown.get("lang") == "en"
    labels = [one.get("data-title") for one in shown.xpath("//input[@name='state']")]
    assert labels[:4] == ["imported", "exposure", "golden hour", "sky darkened"]
    assert len(labels) == 7
    assert texts(shown, "//article[1]//h3") == ["The first state"]
    assert "Rating: ★ → ★★" in texts(shown, "//article[2]//li")
    assert texts(shown, "//article[4]//ul[@class='names']/li") == ["tag v1_export"]
    assert texts(shown, "//fieldset[@class='masks']//label") == ["reflection", "sky"] * 2
    assert shown.xpath("//input[@checked]/@data-title") == ["for the print"]


def test_every_picture_of_the_page_is_beside_it(repository: Repository, tmp_path: Path) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    shown = page(tmp_path / "out")
    named = {*shown.xpath("//@src"), *shown.xpath("//@data-src")}
    written = {name for name in files(tmp_path / "out") if name.startswith("pictures/")}
    assert named == written
    assert len(named) == 7 * 2 + 2, "a picture and a small one of each state, and two masks that two states share"


def test_a_preview_is_copied_as_it_is(repository: Repository, tmp_path: Path) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    copied = {
        data for name, data in files(tmp_path / "out" / "pictures").items() if re.fullmatch(r"[0-9a-f]+\.jpg", name)
    }
    assert copied == set(files(repository.root / "previews").values())


def test_the_same_repository_gives_the_same_bytes(repository: Repository, tmp_path: Path) -> None:
    for name in ("a", "b"):
        image_gallery(repository, "sunset", tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_state_without_a_picture_says_how_to_make_one(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "two words")
    digest = save(repository, MAIN, 1, "first")
    image_gallery(repository, "two words", tmp_path / "out")
    (state,) = page(tmp_path / "out").xpath("//input[@name='state']")
    assert state.get("data-render") == f"chemfs render 'two words' {digest[:12]}"
    assert state.get("data-src") is None
    assert texts(page(tmp_path / "out"), "//span[@class='none quiet']") == ["no picture"]


def test_a_repository_without_a_state_has_a_page(tmp_path: Path) -> None:
    image_gallery(Repository.init(tmp_path / "r"), "r", tmp_path / "out")
    assert "No state yet" in page(tmp_path / "out").text_content()


def test_a_mask_of_other_proportions_is_not_laid_over_the_picture(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    square = {MaskName("square"): mask(size=(60, 60)), MaskName("close"): mask(size=(901, 600))}
    save(repository, MAIN, 1, "", look=PLAIN, size=SMALL, masks=square)
    shown = image_gallery(repository, "r", tmp_path / "out")
    assert {one.name: one.caveat for one in shown.states[0].overlays} == {"close": "", "square": OTHER_SHAPE}
    assert page(tmp_path / "out").xpath("//input[@data-alone]/@data-name") == ["square"]


def test_a_deep_mask_becomes_a_small_gray_picture(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    Image.new("I;16", (2000, 1000), 32768).save(tmp_path / "deep.png")
    masks = {MaskName("deep"): (tmp_path / "deep.png").read_bytes()}
    save(repository, MAIN, 1, "", masks=masks)
    image_gallery(repository, "r", tmp_path / "out")
    with Image.open(next((tmp_path / "out" / "pictures").glob("*.png"))) as picture:
        assert (picture.mode, picture.size, picture.getextrema()) == ("L", (1600, 800), (128, 128))


def test_foreign_text_is_escaped(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    save(repository, MAIN, 1, HOSTILE, look=PLAIN, size=SMALL, masks={MaskName("<b onclick=x>"): mask(size=SMALL)})
    image_gallery(repository, HOSTILE, tmp_path / "out")
    written = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert elements(written).count("script") == 1
    assert not {"alert", "b onclick"} & set(elements(written))
    assert "\u202e" not in written
    label = HOSTILE.replace("\u202e", "\\u202e")
    assert texts(page(tmp_path / "out"), "//h2") == [label]
    assert not [name for one in page(tmp_path / "out").iter() for name in one.attrib if name.startswith("on")]


def elements(written: str) -> list[str]:
    """The names of all elements, as a browser's parser finds them."""
    found: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(tag)

    Parser().feed(written)
    return found


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_no_network(
    repository: Repository, tmp_path: Path
) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    written = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    (policy,) = page(tmp_path / "out").xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    for element in ("script", "style"):
        (source,) = re.findall(rf"<{element}>(.*?)</{element}>", written, re.DOTALL)
        assert f"{element}-src 'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; img-src 'self' file:;")
    assert not re.search(r"https?:", written)


def test_damaged_state_is_reported_and_does_not_stop_the_others(repository: Repository, tmp_path: Path) -> None:
    digest = repository.resolve("v1_export")
    path = repository.root / repository.objects.path(digest, Kind.SNAPSHOT)
    path.chmod(0o644)
    path.write_bytes(b"spoilt")
    shown = image_gallery(Repository(repository.root), "sunset", tmp_path / "out")
    assert [bool(state.problems) for state in shown.states] == [False, False, False, True, False, False, True]
    assert len(texts(page(tmp_path / "out"), "//p[@class='problem']")) == 2


def test_a_broken_picture_is_not_shown(repository: Repository, tmp_path: Path) -> None:
    digest = repository.resolve("v1_export")
    next((repository.root / "previews").glob(f"{digest}-*")).write_bytes(b"spoilt")
    shown = image_gallery(Repository(repository.root), "sunset", tmp_path / "out")
    assert [state.preview is None for state in shown.states] == [False, False, False, True, False, False, False]


def test_an_earlier_gallery_is_replaced_whole(repository: Repository, tmp_path: Path) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    save(repository, MAIN, 9, "newer")
    image_gallery(repository, "sunset", tmp_path / "out")
    assert page(tmp_path / "out").xpath("//input[@checked]/@data-title") == ["newer"]
    assert sorted(os.listdir(tmp_path)) == ["out", "sunset"]


@pytest.mark.parametrize("place", ["mine.txt", "pictures/mine.jpg"])
def test_a_folder_with_other_files_is_left_alone(repository: Repository, tmp_path: Path, place: str) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    (tmp_path / "out" / place).write_bytes(b"mine")
    before = files(tmp_path / "out")
    with pytest.raises(NotAGallery, match="mine"):
        image_gallery(repository, "sunset", tmp_path / "out")
    assert files(tmp_path / "out") == before
    assert sorted(os.listdir(tmp_path)) == ["out", "sunset"]


def test_a_file_that_comes_while_the_gallery_is_written_is_kept(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    write = Path.write_text

    def write_beside(path: Path, *words: str, **options: str) -> int:
        (tmp_path / "out" / "mine.txt").write_bytes(b"mine")
        return write(path, *words, **options)

    monkeypatch.setattr(Path, "write_text", write_beside)
    with pytest.raises(NotAGallery):
        image_gallery(repository, "sunset", tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_bytes() == b"mine"
    assert sorted(os.listdir(tmp_path)) == ["out", "sunset"]


def test_failed_gallery_leaves_no_files(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chemigram_core.gallery.gallery.image_html", fail)
    with pytest.raises(OSError, match="No space"):
        image_gallery(repository, "sunset", tmp_path / "out")
    assert os.listdir(tmp_path) == ["sunset"]


def test_fifo_in_place_of_the_list_is_not_waited_for(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    os.mkfifo(tmp_path / "out" / "gallery.json")
    with ThreadPoolExecutor(1) as others:
        done = others.submit(image_gallery, repository, "sunset", tmp_path / "out")
        try:
            with pytest.raises(NotAGallery):
                done.result(60)
        finally:  # a reader that waits for a writer gets one
            os.close(os.open(tmp_path / "out" / "gallery.json", os.O_RDWR | os.O_NONBLOCK))


def test_list_of_foreign_files_in_another_spelling_replaces_none(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gallery.json").write_text("[]")
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(NotAGallery):
        image_gallery(repository, "sunset", tmp_path / "out")


def test_a_library_has_a_card_and_a_page_for_each_image(tmp_path: Path) -> None:
    for number in (1, 2):
        edited(tmp_path / "library" / "2026" / f"IMG {number}#.tif", seed=number, size=SMALL)
    Repository.init(tmp_path / "library" / "new.tif")
    broken = Repository.init(tmp_path / "library" / "broken.tif")
    (broken.root / "HEAD").unlink()
    overview = library_gallery(members(tmp_path / "library"), "library", tmp_path / "out")
    shown = page(tmp_path / "out")
    assert texts(shown, "//span[@class='label']") == ["IMG 1#.tif", "IMG 2#.tif", "broken.tif", "new.tif"]
    pages = shown.xpath("//li//a/@href")
    assert pages[0] == "images/2026/IMG%201%23.tif/index.html"
    assert (tmp_path / "out" / "images/2026/IMG 1#.tif/index.html").is_file()
    assert page(tmp_path / "out" / "images/2026/IMG 1#.tif").xpath("//nav/a/@href") == ["../../../index.html"]
    assert {card.name: [one.kind.value for one in card.attention] for card in overview.cards} == {
        "IMG 1#.tif": [],
        "IMG 2#.tif": [],
        "broken.tif": ["damaged"],
        "new.tif": ["no-state"],
    }
    assert texts(shown, "//summary") == ["damaged", "no state"]


def test_a_small_picture_stands_for_a_large_one_in_the_overview(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "library" / "a.tif")
    save(repository, MAIN, 1, "", look=PLAIN, size=(1024, 683))
    library_gallery(members(tmp_path / "library"), "library", tmp_path / "out")
    (picture,) = page(tmp_path / "out").xpath("//li//img")
    assert (picture.get("loading"), picture.get("width"), picture.get("height")) == ("lazy", "512", "342")


def test_each_state_is_parsed_once_and_each_picture_is_decoded_once(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    for number in range(12):
        save(repository, MAIN, number, "", look=PLAIN, size=(1024, 683))
    forget_everything()
    decoded: list[tuple[int, int]] = []
    load = ImageFile.ImageFile.load

    def counting(picture: ImageFile.ImageFile) -> object:
        decoded.append(picture.size)
        return load(picture)

    with counted() as counts, patch.object(ImageFile.ImageFile, "load", counting):
        image_gallery(repository, "r", tmp_path / "out")
    assert counts.parses == 12
    assert set(decoded) == {(512, 342)}, "at half its size"


def test_the_list_of_files_is_whole(repository: Repository, tmp_path: Path) -> None:
    image_gallery(repository, "sunset", tmp_path / "out")
    listed = json.loads((tmp_path / "out" / "gallery.json").read_text())["files"]
    assert {*listed, "gallery.json"} == files(tmp_path / "out").keys()


def test_drawn_masks_are_laid_over_the_picture(tmp_path: Path) -> None:
    repository = drawn_repository(tmp_path)
    state = save_drawn(repository, ROUND, TILTED)
    put_picture(repository, state, plain_jpeg(90))
    shown = image_gallery(repository, "drawn", tmp_path / "out")
    found = {one.name: one for one in shown.states[-1].overlays}
    assert list(found) == ["velvia-m0", "velvia-m1"]
    for one in found.values():
        assert one.picture is not None
        with Image.open(tmp_path / "out" / one.picture.path) as picture:
            assert (picture.mode, picture.size) == ("L", (one.picture.width, one.picture.height))
            assert picture.getextrema() != (0, 0)
        assert one.caveat == ""


UNREAD_CROP = {**crop(0.25, 0.25, 0.75, 0.75), "modversion": "99"}
LENS = step("lens", 5, b"")


@pytest.mark.parametrize(
    ("before", "part", "caveat"),
    [
        ([crop(0.25, 0.125, 0.75, 0.625)], (0.25, 0.125, 0.75, 0.625), ""),
        ([crop(0.25, 0.0, 0.75, 1.0)], (0.25, 0.0, 0.75, 1.0), OTHER_SHAPE),
        ([UNREAD_CROP], WHOLE, "shown before the crop"),
        ([crop(0.75, 0.25, 0.25, 0.75)], WHOLE, "shown before the crop"),
        ([crop(0.25, 0.25, 0.75, 0.75), LENS], WHOLE, "lens correction; shown before the crop"),
        ([flip(3)], WHOLE, ""),
    ],
)
def test_cropped_drawn_mask_overlays_the_picture(
    tmp_path: Path, before: list[Fields], part: tuple[float, ...], caveat: str
) -> None:
    repository = drawn_repository(tmp_path)
    put_picture(repository, save_samples(repository, [Sample("", "", ROUND)], before=before), plain_jpeg(90))
    (overlay,) = image_gallery(repository, "drawn", tmp_path / "out").states[-1].overlays
    assert overlay.picture is not None
    assert overlay.part == part
    assert overlay.caveat.endswith(caveat)
    (box,) = page(tmp_path / "out").xpath("//fieldset[@class='masks']//input")
    assert box.get("data-part") == (None if overlay.caveat else " ".join(map(str, part)))
    assert (box.get("data-alone") is not None) == bool(overlay.caveat)


@pytest.mark.parametrize(
    ("step", "names"),
    [
        (crop(0.25, 0.25, 0.75, 0.75), "crop"),
        (UNREAD_CROP, "crop"),
        (LENS, "lens correction"),
        (flip(3), "orientation"),
        (flip(-1), ""),
        (flip(0), ""),
    ],
)
def test_stored_mask_overlays_only_a_picture_of_the_same_frame(tmp_path: Path, step: Fields, names: str) -> None:
    repository = drawn_repository(tmp_path)
    masks = {MaskName("sky"): mask(size=SMALL)}
    state = save_xmp(repository, MAIN, sidecar_of([], before=[step]), mask_files=masks).digest
    put_picture(repository, state, plain_jpeg(90))
    (overlay,) = image_gallery(repository, "r", tmp_path / "out").states[-1].overlays
    assert overlay.caveat == (OTHER_FRAME.format(names) if names else "")


def test_without_the_image_any_turn_of_the_edit_is_taken_for_another_frame(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "r")
    masks = {MaskName("sky"): mask(size=SMALL)}
    for turn in (-1, 0):
        state = save_xmp(repository, MAIN, sidecar_of([], before=[flip(turn)]), mask_files=masks).digest
        put_picture(repository, state, plain_jpeg(90))
    shown = image_gallery(repository, "r", tmp_path / "out")
    caveats = [one.caveat for state in shown.states for one in state.overlays]
    assert caveats == ["", OTHER_FRAME.format("orientation")]


def test_a_drawn_mask_that_can_not_be_computed_says_why(tmp_path: Path) -> None:
    repository = drawn_repository(tmp_path)
    save_drawn(repository, ROUND)
    image = repository.image
    assert image is not None
    Path(image.place).unlink()
    shown = image_gallery(repository, "drawn", tmp_path / "out")
    (overlay,) = shown.states[-1].overlays
    assert overlay.picture is None
    assert overlay.caveat.startswith("no picture: ")
    assert overlay.caveat in page(tmp_path / "out").text_content()
