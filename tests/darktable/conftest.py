"""A screen, a photographer with darktable, sidecars of the real darktable, and a mounted repository of an image."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from chemigram_core.repository import Repository
from tests.mounted.conftest import Mounted, mount_repository
from tests.support.screen import Screen, new_screen
from tests.support.window import Photographer, darktable

IMAGE, SIDECAR = "sunset.tif", "sunset.tif.xmp"
SAMPLE = Path(__file__).parents[2] / "scripts" / "sample.py"
NEEDS_DARKTABLE = [
    pytest.mark.needs_fuse,
    pytest.mark.needs_program("Xvfb", "darktable", "darktable-cli", "import", "xdotool"),
]


@dataclass(frozen=True)
class Shoot:
    """An image, with nothing beside it, a mask, and two sidecars of it as darktable wrote them."""

    image: Path
    mask: bytes
    imported: bytes
    brightened: bytes


class Album:
    """Keeps screenshots: for the documentation where SCREENSHOTS names a folder, else beside the test's files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, name: str, picture: Image.Image) -> None:
        small = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
        small.quantize(256, dither=Image.Dither.NONE).save(self._folder / f"{name}.png", optimize=True)


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    with new_screen() as screen:
        yield screen


@pytest.fixture
def photographer(tmp_path: Path) -> Photographer:
    return Photographer.at(tmp_path / "photographer")


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(Path(os.environ.get("SCREENSHOTS", tmp_path / "screenshots")))


@pytest.fixture(scope="session")
def shoot(tmp_path_factory: pytest.TempPathFactory, screen: Screen) -> Shoot:
    """Shot, imported and brightened in darktable, in a plain folder."""
    sample, folder = tmp_path_factory.mktemp("sample"), tmp_path_factory.mktemp("shoot")
    subprocess.run([sys.executable, SAMPLE, sample], check=True)
    image, sidecar = Path(shutil.copy(sample / IMAGE, tmp_path_factory.mktemp("camera"))), folder / SIDECAR
    shutil.copy(image, folder)
    photographer = Photographer.at(tmp_path_factory.mktemp("photographer") / "first")
    with darktable(screen, photographer, folder) as window:
        window.point_at_image()
        window.quit()
    imported = sidecar.read_bytes()
    with darktable(screen, photographer, folder) as window:
        window.brighten(steps=10)
        window.quit()
    return Shoot(image, (sample / "subject.png").read_bytes(), imported, sidecar.read_bytes())


@pytest.fixture
def mount(tmp_path: Path, shoot: Shoot) -> Iterator[Mounted]:
    """A mounted repository of the image, its branch at the imported state with a mask."""
    repository = Repository.init(tmp_path / "repository", shoot.image)
    with TemporaryDirectory(prefix="chemfs-") as short_path_for_messages:
        mounted = mount_repository(repository.root, Path(short_path_for_messages) / "photos")
        try:
            (mounted.branch / "image.xmp").write_bytes(shoot.imported)
            (mounted.branch / "masks" / "subject.png").write_bytes(shoot.mask)
            yield mounted
        finally:
            mounted.unmount()
