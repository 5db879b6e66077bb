"""The commands and the image: where it is, that it is missing, and how it is linked again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chemfs.verbs.answer import Chemfs

Sidecar = Callable[[int], Path]


@pytest.fixture
def repository(chemfs: Chemfs, sidecar: Sidecar) -> str:
    """With the image photos/IMG_1.TIF and one state."""
    Path("photos").mkdir()
    Path("photos/IMG_1.TIF").write_bytes(b"pixels")
    chemfs("init", "sunset", "--image", "photos/IMG_1.TIF")
    chemfs("snapshot", "sunset", sidecar(1))
    return "sunset"


def test_missing_image_is_reported(chemfs: Chemfs, repository: str) -> None:
    place = f"{Path.cwd()}/photos/IMG_1.TIF"
    assert json.loads(chemfs("show", repository, "HEAD", "--json").out)["image"] == place
    assert chemfs("fsck", repository).code == 0
    Path("photos").rename("unplugged")
    shown = json.loads(chemfs("show", repository, "HEAD", "--json").out)
    assert (shown["image"], shown["image_problem"]) == (place, "No such file or directory")
    assert "No such file or directory" in chemfs("show", repository, "HEAD").out
    for verb in ("status", "fsck"):
        answer = chemfs(verb, repository)
        assert (answer.code, place in answer.out, "chemfs relink" in answer.out) == (1, True, True)


def test_an_export_without_the_image_says_so(chemfs: Chemfs, repository: str) -> None:
    Path("photos").rename("unplugged")
    answer = chemfs("export", repository, "HEAD", "out")
    assert answer.code == 1
    assert answer.error.startswith("chemfs: the folder has no image: image not available (No such file")
    assert {path.name for path in Path("out").iterdir()} == {"image.xmp", "IMG_1.TIF.xmp"}
    Path("unplugged").rename("photos")
    assert chemfs("export", repository, "HEAD", "again").code == 0
    assert Path("again/IMG_1.TIF").read_bytes() == b"pixels"


def test_an_image_that_moved_is_linked_again(chemfs: Chemfs, repository: str) -> None:
    Path("photos").rename("2026")
    answer = chemfs("init", repository, "--image", "2026/IMG_1.TIF")
    assert (answer.code, "chemfs relink" in answer.error) == (3, True)
    assert chemfs("relink", repository, "2026/IMG_1.TIF").code == 0
    assert Path("sunset/raw/IMG_1.TIF").readlink() == Path("../../2026/IMG_1.TIF")
    assert chemfs("status", repository).code == 0


def test_linking_an_image_of_another_name_needs_an_option(chemfs: Chemfs, repository: str) -> None:
    Path("photos/IMG_1.TIF").rename("photos/beach.TIF")
    answer = chemfs("relink", repository, "photos/beach.TIF")
    assert answer.code == 3
    assert "IMG_1.TIF" in answer.error
    assert "--rename" in answer.error
    assert chemfs("relink", repository, "photos/beach.TIF", "--rename").code == 0
    assert chemfs("export", repository, "HEAD", "out").code == 0
    assert Path("out/beach.TIF.xmp").is_file()
