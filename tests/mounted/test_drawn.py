"""Drawn masks on a real mount, opened by the programs that people look at pictures with."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core.drawn_files.pictures import picture as rendered
from chemigram_core.drawn_files.state import drawn_in
from tests.mounted.conftest import Mounted
from tests.support.builders import picture
from tests.support.drawn_samples import ROUND, TILTED
from tests.support.drawn_states import save_drawn
from tests.support.screen import Screen, new_screen, wait_for

pytestmark = pytest.mark.needs_fuse
MASK = "velvia-m0.png"
SECONDS = 1.2  # a name is believed for a second


@pytest.fixture
def drawn(mount: Mounted) -> Path:
    """drawn/ of a tag."""
    save_drawn(mount.repository, ROUND, TILTED)
    (mount.path / "tags" / "v1").mkdir()
    return mount.path / "tags" / "v1" / "drawn"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_bytes_and_sizes_are_those_of_the_library(mount: Mounted, drawn: Path) -> None:
    files = drawn_in(mount.repository, mount.repository.resolve("v1"))
    assert files.raster is not None
    for path, recipe in files.pictures.items():
        size = (drawn / path).stat().st_size
        assert (drawn / path).read_bytes() == rendered(recipe, files.raster)
        assert (drawn / path).stat().st_size == size == len(rendered(recipe, files.raster))
    assert len(files.pictures) == 4


def test_copy_has_all_drawn_masks_and_can_be_deleted(drawn: Path, tmp_path: Path) -> None:
    assert run("cp", "-r", drawn.parent, tmp_path / "copy").stderr == ""
    assert run("diff", "-r", drawn.parent, tmp_path / "copy").stdout == ""
    assert run("rm", "-r", tmp_path / "copy").stderr == ""


def test_rm_r_deletes_a_branch_with_drawn_masks(mount: Mounted, drawn: Path) -> None:
    (mount.path / "heads" / "warm").mkdir()
    assert sorted(os.listdir(mount.path / "heads/warm/drawn")) == ["README.txt", "shapes", MASK, "velvia-m1.png"]
    done = run("rm", "-r", mount.path / "heads" / "warm")
    assert (done.returncode, done.stderr) == (0, "")
    assert mount.repository.refs.branches() == ["main"]


def test_an_image_of_another_size_shows_within_a_second(drawn: Path, tmp_path: Path) -> None:
    before = (drawn / MASK).stat().st_size
    with (drawn / MASK).open("rb") as opened:
        picture(tmp_path / "b.tif", (40, 50)).rename(tmp_path / "a.tif")
        time.sleep(SECONDS)
        assert len((drawn / MASK).read_bytes()) == (drawn / MASK).stat().st_size != before
        assert len(opened.read()) == before
    (tmp_path / "a.tif").unlink()
    time.sleep(SECONDS)
    assert os.listdir(drawn) == ["README.txt"]
    assert "the image is not available" in (drawn / "README.txt").read_text()


@pytest.mark.needs_program("identify", "convert")
def test_imagemagick_reads_drawn_masks(drawn: Path) -> None:
    assert run("identify", "-format", "%m %w %h %z", drawn / MASK).stdout == "PNG 96 64 8"
    assert run("convert", drawn / MASK, "-crop", "1x1+38+32", "-format", "%[fx:mean]", "info:").stdout == "1"


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with new_screen() as made:
        yield made


@pytest.mark.needs_program("Xvfb", "xdotool", "import", "feh")
def test_feh_shows_a_drawn_mask(drawn: Path, screen: Screen) -> None:
    assert is_shown(screen, "feh", "--fullscreen", drawn / MASK)


@pytest.mark.needs_program("Xvfb", "xdotool", "import", "eog")
def test_eog_shows_a_drawn_mask(drawn: Path, screen: Screen) -> None:
    assert is_shown(screen, "eog", "--new-instance", drawn / MASK)


def is_shown(screen: Screen, *command: str | Path) -> bool:
    """Whether a viewer shows the picture in its window: a white circle on black."""
    viewer = subprocess.Popen(command, env=screen.environment, stderr=subprocess.DEVNULL)
    try:
        wait_for("its window", lambda: any(MASK in title for title in screen.titles()))
        return wait_for("the circle", lambda: has_circle(screen))
    finally:
        viewer.terminate()
        viewer.wait()


def has_circle(screen: Screen) -> bool:
    colors = screen.picture().getcolors(1 << 24) or []
    found = {color: count for count, color in colors if isinstance(color, tuple)}
    return min(found.get((255, 255, 255), 0), found.get((0, 0, 0), 0)) > 300
