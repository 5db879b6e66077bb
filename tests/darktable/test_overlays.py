"""A drawn mask lies over a picture where the real darktable works: in crops and turned pictures too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from chemigram_core.gallery.gallery import image_gallery
from chemigram_core.gallery.image_page import ShownState
from chemigram_core.gallery.pictures import Overlay, Picture
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.drawn_edits import Sample, circle, sidecar_of
from tests.support.drawn_scenes import crop, flip
from tests.support.packets import Fields

pytestmark = pytest.mark.needs_program("darktable-cli")

ASIDE = Sample("circle", "aside", circle((0.62, 0.4), 0.15, 0.01))
CROP = crop(0.2, 0.1, 0.9, 0.8)  # of the same proportions as the whole
WIDE = crop(0.0, 0.25, 1.0, 0.75)


@pytest.mark.parametrize("steps", [[CROP], [WIDE], [flip(5)], [flip(3), CROP], [flip(6), WIDE]])
def test_a_mask_lies_where_darktable_works(tmp_path: Path, steps: Sequence[Fields]) -> None:
    Image.new("RGB", (600, 400), (60, 60, 60)).save(tmp_path / "gray.tif")
    repository = Repository.init(tmp_path / "r", tmp_path / "gray.tif")
    save_xmp(repository, MAIN, sidecar_of([ASIDE], before=steps, module="exposure"))
    subprocess.run([sys.executable, "-m", "chemfs", "render", str(repository.root)], check=True)
    (state,) = image_gallery(repository, "r", tmp_path / "page").states
    (overlay,) = state.overlays
    assert overlay.caveat == ""
    covered, brightened = laid(tmp_path / "page", overlay, state), bright(tmp_path / "page", state)
    assert 0.02 < brightened.mean() < 0.5, "darktable has worked on a part of the picture"
    common, either = (covered & brightened).sum(), (covered | brightened).sum()
    assert common / either > 0.95


def laid(folder: Path, overlay: Overlay, state: ShownState) -> NDArray[np.bool_]:
    """Which pixels of the state's picture the page covers."""
    assert overlay.picture is not None
    assert state.preview is not None
    with Image.open(folder / overlay.picture.path) as mask:
        width, height = mask.size
        left, top, right, bottom = overlay.part
        box = (left * width, top * height, right * width, bottom * height)
        size = state.preview.width, state.preview.height
        return np.asarray(mask.resize(size, Image.Resampling.BILINEAR, box)) > 127


def bright(folder: Path, state: ShownState) -> NDArray[np.bool_]:
    """Which pixels of the state's picture the edit has made brighter."""
    assert isinstance(state.preview, Picture)
    with Image.open(folder / state.preview.path) as picture:
        levels = np.asarray(picture.convert("L")).astype(int)
    return np.asarray(levels > (levels.min() + levels.max()) / 2)
