"""drawn/ of a state: a picture for each mask and shape that can be computed, and in words why there is no other."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chemigram_core.darktable.drawn.figures import NotComputable
from chemigram_core.digest import Digest
from chemigram_core.drawn_files.image_header import image_header
from chemigram_core.drawn_files.pictures import picture, picture_bytes
from chemigram_core.drawn_files.state import drawn_in
from chemigram_core.drawn_files.text import text_of
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import picture as draw
from tests.support.builders import sidecar
from tests.support.drawn_edits import Sample
from tests.support.drawn_samples import ROUND, TILTED
from tests.support.drawn_states import SIZE, disc, drawn_repository, renderings, save_drawn, save_samples
from tests.support.old_sidecars import MASK, numbered, shapes, step


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return drawn_repository(tmp_path)


def png(repository: Repository, state: Digest, path: str) -> bytes:
    files = drawn_in(repository, state)
    assert files.raster is not None
    data = picture(files.pictures[path], files.raster)
    assert len(data) == picture_bytes(files.raster)
    return data


def test_each_instance_and_each_shape_has_a_picture(repository: Repository) -> None:
    state = save_drawn(repository, ROUND, TILTED)
    files = drawn_in(repository, state)
    assert list(files.pictures) == [
        "velvia-m0.png",
        "velvia-m1.png",
        "shapes/#1001 (1001).png",
        "shapes/#1003 (1003).png",
    ]
    with Image.open(io.BytesIO(png(repository, state, "velvia-m0.png"))) as opened:
        pixels = np.asarray(opened)
    assert (pixels.shape, pixels[30, 36], pixels[0, 0]) == (SIZE[::-1], 255, 0)


def test_a_single_shape_is_shown_without_what_the_module_does_with_it(repository: Repository) -> None:
    state = save_samples(repository, [Sample("", "", ROUND, {"opacity": 50, "combine": 4})])
    plain = save_drawn(repository, ROUND)
    shape = png(repository, state, "shapes/#1001 (1001).png")
    assert shape == png(repository, plain, "velvia-m0.png") != png(repository, state, "velvia-m0.png")


def test_mask_that_cannot_be_computed_has_a_reason_and_no_picture(repository: Repository) -> None:
    samples = [Sample("", "", ROUND, {"feathering": 5}), Sample("", "", TILTED), Sample("", "", ROUND, {"mode": 11})]
    files = drawn_in(repository, save_samples(repository, samples))
    assert [path for path in files.pictures if "/" not in path] == ["velvia-m1.png"]
    text = text_of(files)
    assert (
        '(no picture)   velvia (velvia) "m0", priority 0, mask 1000: it is feathered along the picture\'s edges' in text
    )
    assert 'velvia-m1.png  velvia (velvia) "m1", priority 1, mask 1002\n' in text
    assert '"m2", priority 2, mask 1004: it is combined with a raster mask' in text
    assert 'shapes/#1001 (1001).png  "#1001" (1001), in velvia (velvia) "m0"\n' in text


def test_the_text_says_what_bends_the_picture_and_where_a_mask_stands(repository: Repository) -> None:
    lens = {**step("sharpen"), "operation": "lens"}
    text = text_of(drawn_in(repository, save_samples(repository, [Sample("", "", ROUND)], before=[lens])))
    assert 'velvia (velvia) "m0", priority 0, mask 1000, after lens correction\n' in text
    assert text.endswith("darktable also distorts the mask, so edges differ: lens correction\n")


def test_a_raw_file_that_is_no_dng_has_a_reason_that_helps(repository: Repository, tmp_path: Path) -> None:
    nef, raf = tmp_path / "a.nef", tmp_path / "b.raf"
    nef.write_bytes((tmp_path / "a.tif").read_bytes())
    raf.write_bytes(b"FUJIFILMCCD-RAW " + bytes(100))
    for image in (nef, raf):
        raw = Repository.init(tmp_path / image.stem, image)
        text = text_of(drawn_in(raw, save_drawn(raw, ROUND)))
        assert "where a shape is depends on the size of the whole sensor" in text
        assert "darktable-cli exports their masks with --export_masks true" in text


def test_a_state_without_drawn_masks_says_so(repository: Repository) -> None:

    files = drawn_in(repository, save_xmp(repository, MAIN, sidecar(1)).digest)
    assert not files.pictures
    assert text_of(files).endswith("No module of this state has a drawn mask.\n")


def test_without_its_image_there_is_no_picture(repository: Repository, tmp_path: Path) -> None:
    state = save_drawn(repository, ROUND)
    assert drawn_in(repository, state).pictures
    (tmp_path / "a.tif").unlink()
    files = drawn_in(repository, state)
    assert not files.pictures
    assert "There are no pictures: the image is not available (No such file or directory)." in text_of(files)
    assert '(no picture)  velvia (velvia) "m0"' in text_of(files)


def test_a_repository_without_an_image_has_no_picture(tmp_path: Path) -> None:
    bare = Repository.init(tmp_path / "bare")
    files = drawn_in(bare, save_drawn(bare, ROUND))
    assert not files.pictures
    assert "There are no pictures: the repository has no image" in text_of(files)


@pytest.mark.parametrize("data", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff" * 9, b"no image at all" * 1000])
def test_a_hostile_image_has_no_picture(repository: Repository, tmp_path: Path, data: bytes) -> None:
    state = save_drawn(repository, ROUND)
    (tmp_path / "a.tif").write_bytes(data)
    files = drawn_in(repository, state)
    assert not files.pictures
    assert "There are no pictures: " in text_of(files)


def test_an_image_that_is_no_file_is_not_opened(repository: Repository, tmp_path: Path) -> None:
    state = save_drawn(repository, ROUND)
    (tmp_path / "a.tif").unlink()
    os.mkfifo(tmp_path / "a.tif")
    assert "There are no pictures: the image is not available (not a regular file)." in text_of(
        drawn_in(repository, state)
    )


def test_a_link_that_is_not_followed_has_no_picture(repository: Repository) -> None:
    """As one in another user's repository."""
    image = repository.image
    assert image is not None
    assert image_header(image).width == SIZE[0]
    with pytest.raises(NotComputable, match="another user's repository is not followed"):
        image_header(replace(image, is_followed=False))


def test_the_size_follows_the_image(repository: Repository, tmp_path: Path) -> None:
    state = save_drawn(repository, ROUND)
    before = png(repository, state, "velvia-m0.png")
    draw(tmp_path / "b.tif", (60, 90))
    (tmp_path / "b.tif").rename(tmp_path / "a.tif")
    with Image.open(io.BytesIO(png(repository, state, "velvia-m0.png"))) as opened:
        assert opened.size == (60, 90)
    assert before != png(repository, state, "velvia-m0.png")


def test_equal_masks_are_rendered_once(repository: Repository) -> None:
    states = [save_samples(repository, [Sample("", "", disc(1)), Sample("", "", disc(n))]) for n in (2, 3)]
    with renderings() as rendered:
        pictures = [png(repository, state, f"velvia-m{n}.png") for state in states for n in (0, 1)]
    assert len(rendered) == 3
    assert pictures[0] == pictures[2] != pictures[1] != pictures[3]


def test_dropped_picture_is_rendered_again_with_the_same_bytes(repository: Repository) -> None:
    state = save_drawn(repository, ROUND)
    with renderings():
        once = png(repository, state, "velvia-m0.png")
    with renderings() as rendered:
        assert png(repository, state, "velvia-m0.png") == once
    assert len(rendered) == 1


def test_foreign_names_in_the_text_are_printable(repository: Repository) -> None:

    steps = [step("bloom", mask=MASK, name="\u202egnp"), step("sharpen")]
    files = drawn_in(repository, save_xmp(repository, MAIN, numbered(5, steps, shapes())).digest)
    assert 'bloom (bloom) "\\u202egnp"' in text_of(files)
