"""darktable-cli renders a copy of tagged/<tag>, and tagged/<tag> itself, as each state was when it was tagged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from chemigram_core.names import TagName
from chemigram_core.operations.export import export
from chemigram_core.operations.refs import create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.darktable.conftest import IMAGE, NEEDS_DARKTABLE, Shoot
from tests.darktable.rendering import rendered
from tests.support.daemon import Daemon

pytestmark = NEEDS_DARKTABLE

TAG = TagName("v1_export")
OTHER_IMAGE = "mirrored.tif"


@pytest.fixture
def library(tmp_path: Path, shoot: Shoot) -> Path:
    """Two images: one was delivered brightened and is now as imported, the other one the other way round."""
    mirrored = tmp_path / "camera" / OTHER_IMAGE
    mirrored.parent.mkdir()
    with Image.open(shoot.image) as picture:
        ImageOps.mirror(picture).save(mirrored)
    for image, delivered, now in (
        (shoot.image, shoot.brightened, shoot.imported),
        (mirrored, shoot.imported, shoot.brightened),
    ):
        repository = Repository.init(tmp_path / "library" / "shoot" / image.name, image)
        save_xmp(repository, MAIN, delivered)
        create_tag(repository, TAG)
        save_xmp(repository, MAIN, now)
    (tmp_path / "library" / "library.json").write_text("{}")
    return tmp_path / "library"


@pytest.fixture
def tagged(library: Path, tmp_path: Path) -> Iterator[Path]:
    daemon = Daemon(library, tmp_path / "mnt")
    yield daemon.mountpoint / "shoot" / "tagged" / TAG
    daemon.unmount()


def test_delivered_states_render_as_before(library: Path, tagged: Path, tmp_path: Path) -> None:
    shutil.copytree(tagged, tmp_path / "copy")
    for name in (IMAGE, OTHER_IMAGE):
        repository = Repository(library / "shoot" / name)
        export(repository, repository.resolve(TAG), tmp_path / f"{name}-then")
        export(repository, repository.resolve("main"), tmp_path / f"{name}-now")
        before = rendered(tmp_path / f"{name}-then" / name)
        assert rendered(tmp_path / "copy" / name) == before
        assert rendered(tagged / name) == before
        assert before != rendered(tmp_path / f"{name}-now" / name)
