"""darktable-cli renders the states of a mount as it renders the sidecars they were made of."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.darktable.conftest import IMAGE, NEEDS_DARKTABLE, Shoot
from tests.mounted.conftest import Mounted

pytestmark = NEEDS_DARKTABLE


@pytest.fixture
def tag(mount: Mounted, shoot: Shoot) -> Path:
    """The imported state, tagged; the branch has gone on to the brightened one."""
    tag = mount.path / "tags" / "v1_export"
    tag.mkdir()
    (mount.branch / "image.xmp").write_bytes(shoot.brightened)
    return tag


@pytest.fixture
def original(tmp_path: Path, shoot: Shoot) -> Path:
    sidecar = tmp_path / "original.xmp"
    sidecar.write_bytes(shoot.imported)
    return sidecar


def test_tagged_state_renders_as_its_original_sidecar(tag: Path, shoot: Shoot, original: Path, mount: Mounted) -> None:
    tagged = render(shoot.image, tag / "image.xmp")
    assert np.array_equal(tagged, render(shoot.image, original))
    assert not np.array_equal(tagged, render(shoot.image, mount.branch / "image.xmp"))


def test_image_in_the_mount_renders_by_the_sidecar_beside_it(tag: Path, shoot: Shoot, original: Path) -> None:
    assert np.array_equal(render(tag / IMAGE), render(shoot.image, original))


def render(image: Path, *sidecar: Path) -> npt.NDArray[np.uint8]:
    """The pixels that darktable makes of an image; without a sidecar it looks for one beside the image."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.jpg"
        core = ["--core", "--library", ":memory:", "--configdir", f"{folder}/config", "--cachedir", f"{folder}/cache"]
        subprocess.run(["darktable-cli", image, *sidecar, output, *core], check=True, capture_output=True)
        return np.asarray(Image.open(output).convert("RGB"))
