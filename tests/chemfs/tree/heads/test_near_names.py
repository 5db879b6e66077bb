"""Names that resemble a file of a state: refused in masks/, logged beside the sidecar."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from chemfs.cli.main import main
from chemfs.mount import errnos
from chemfs.tree.errors import NotAMask
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, picture, sidecar
from tests.support.by_path import ByPath

NO_MASKS = ["subject.PNG", "subject.pfm", "a.TIFF", "a.tif", "a.jpg", "a.Jpeg", "a\x01.png", "a.p\u200dng"]
OTHERS = [".goutputstream-X", ".x.png", "._subject.png", ".png", "notes.txt", "subject.png~", "a.png_exiftool_tmp"]


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    repository = Repository.init(tmp_path / "repository", picture(tmp_path / "IMG.tif"))
    save_xmp(repository, MAIN, sidecar())
    return ByPath(repository.root)


@pytest.mark.parametrize("name", NO_MASKS)
def test_picture_that_cannot_be_a_mask_is_refused_at_creation(view: ByPath, name: str) -> None:
    view.write("/heads/main/masks/draft", mask())
    masks = view.folder("/heads/main/masks")
    for make in (
        lambda: masks.create(name, os.O_WRONLY, 0o644),
        lambda: masks.make_file(name, stat.S_IFREG | 0o644),
        lambda: masks.make_folder(name, 0o755),
        lambda: masks.make_link(name, "draft"),
        lambda: masks.link(name, masks.lookup("draft")),
        lambda: masks.rename("draft", masks, name),
    ):
        with pytest.raises(NotAMask) as refused:
            make()
        assert errnos.number(refused.value) == errno.EINVAL
    assert view.names("/heads/main/masks") == ["draft"]


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_in_masks_are_scratch_files(view: ByPath, name: str) -> None:
    view.write(f"/heads/main/masks/{name}", b"theirs")
    assert view.read(f"/heads/main/masks/{name}") == b"theirs"


@pytest.mark.parametrize("name", ["IMG.xmp", "IMG.tif.XMP", "img.TIF.xmp", "image.XMP", "Image.xmp", "img.xmp"])
def test_near_miss_of_the_sidecars_name_is_kept_and_logged(
    view: ByPath, name: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    tip = Repository(view.store).tip(MAIN)
    view.write(f"/heads/main/{name}", sidecar(5))
    assert view.read(f"/heads/main/{name}") == sidecar(5)
    assert Repository(view.store).tip(MAIN) == tip
    assert f"heads/main/{name} is kept, but not versioned: write IMG.tif.xmp" in caplog.text
    assert main(["status", str(view.store)]) == 1
    assert f"heads/main/{name}" in capsys.readouterr().out


def test_sidecars_own_names_are_not_logged(
    view: ByPath, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("image.xmp", "IMG.tif.xmp", "notes.xmp"):
        view.write(f"/heads/main/{name}", sidecar(5))
    assert "not versioned" not in caplog.text
    assert main(["status", str(view.store)]) == 0
    assert "not versioned" not in capsys.readouterr().out
