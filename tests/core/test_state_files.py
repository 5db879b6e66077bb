"""A state is one list of files, wherever it is shown."""

from __future__ import annotations

from pathlib import Path

from chemigram_core.digest import Digest
from chemigram_core.image.raw_folder import Image
from chemigram_core.names import MaskName
from chemigram_core.state_files import ObjectFile, state_files
from chemigram_core.states import State
from chemigram_core.store.objects import Kind

XMP, SKY = Digest.of(b"xmp"), Digest.of(b"sky")


def test_a_state_is_its_xmp_and_its_masks() -> None:
    assert state_files(State(XMP, {MaskName("sky"): SKY}), None) == {
        "image.xmp": ObjectFile(XMP, Kind.SNAPSHOT),
        "masks/sky.png": ObjectFile(SKY, Kind.MASK),
    }


def test_an_image_brings_itself_and_its_sidecar() -> None:
    image = Image("a.raf", Path("/raw/a.raf"), "/photos/a.raf")
    files = state_files(State(XMP, {}), image)
    assert list(files) == ["image.xmp", "a.raf", "a.raf.xmp"]
    assert files["a.raf"] is image
    assert files["a.raf.xmp"] == files["image.xmp"]
