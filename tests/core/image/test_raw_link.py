"""The link to an image: it keeps the path as given, leads to the same file, and never hides another image."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemigram_core.durable import lock
from chemigram_core.durable.folder import Folder
from chemigram_core.image.errors import OtherImage, UnusableImage, UnusableImageFile
from chemigram_core.image.location import image_problem, locate
from chemigram_core.image.raw_folder import Image, find
from chemigram_core.operations.relink import relink
from chemigram_core.repository import Repository
from tests.core.calls import count_calls


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: photos/a.tif and library/; disk/ has a link to it, and one to a folder elsewhere."""
    for name in ("home/photos/deep", "home/library", "elsewhere/inside"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("home/photos/a.tif", "elsewhere/a.tif"):
        (tmp_path / name).write_text(name)
    (tmp_path / "home/link").symlink_to(tmp_path / "elsewhere/inside")
    (tmp_path / "disk").symlink_to("home")
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


def said(root: Path | str, name: str = "a.tif") -> str:
    return str((Path(root) / "raw" / name).readlink())


def image_of(repository: Repository) -> Image:
    image = find(repository.root)
    assert image is not None
    return image


@pytest.mark.parametrize(
    ("root", "file", "expected"),
    [
        ("library/r", "photos/a.tif", "../../../photos/a.tif"),
        ("library/r", "./photos/deep/../a.tif", "../../../photos/deep/../a.tif"),
        ("library/r", "../home/photos/a.tif", "../../../photos/a.tif"),
        ("library/r", "link/../a.tif", "../../../link/../a.tif"),  # that of elsewhere/
        ("library/r", "../disk/photos/a.tif", "../../../../disk/photos/a.tif"),
        ("photos/r", "photos/a.tif", "../../a.tif"),
        ("../disk/library/r", "photos/a.tif", "../../../photos/a.tif"),
        ("link/r", "photos/a.tif", "../../../../home/photos/a.tif"),
    ],
)
def test_a_relative_path_stays_relative_and_leads_to_the_same_file(
    home: Path, root: str, file: str, expected: str
) -> None:
    made = Repository.init(Path(root), Path(file))
    assert said(root) == expected
    assert os.path.samefile(Path(root) / "raw" / "a.tif", file)
    assert os.path.samestat(locate(image_of(made)).status, Path(file).stat())


def test_relative_link_is_independent_of_the_current_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / "photos")
    Repository.init(Path("../library/r"), Path("a.tif"))
    assert said("../library/r") == "../../../photos/a.tif"
    home.rename(home.with_name("moved"))  # the repository together with the photographs
    assert image_problem(image_of(Repository(home.with_name("moved") / "library/r"))) is None


@pytest.mark.parametrize("place", ["home/photos/a.tif", "disk/photos/a.tif", "home/link/../a.tif"])
def test_absolute_path_is_kept(home: Path, tmp_path: Path, place: str) -> None:
    Repository.init(home / "r", tmp_path / place)
    assert said(home / "r") == f"{tmp_path}/{place}"


def test_an_image_that_moved_is_linked_again(home: Path) -> None:
    repository = Repository.init(home / "r", Path("photos/a.tif"))
    (home / "photos").rename(home / "2026")
    problem = image_problem(image_of(repository))
    assert problem is not None
    assert (problem.place, problem.reason) == (f"{home}/photos/a.tif", "No such file or directory")
    relink(repository, Path("2026/a.tif"))
    assert said(home / "r") == "../../2026/a.tif"
    assert image_problem(image_of(repository)) is None


def test_linking_another_name_needs_an_option(home: Path) -> None:
    repository = Repository.init(home / "r", Path("photos/a.tif"))
    Path("photos/a.tif").rename("photos/b.tif")
    with pytest.raises(OtherImage, match="--rename"):
        relink(repository, Path("photos/b.tif"))
    assert os.listdir(home / "r/raw") == ["a.tif"]
    relink(repository, Path("photos/b.tif"), rename=True)
    assert os.listdir(home / "r/raw") == ["b.tif"]
    assert image_problem(image_of(repository)) is None


def test_a_repository_without_an_image_gets_one(home: Path) -> None:
    repository = Repository.init(home / "r")
    relink(repository, Path("photos/a.tif"))
    assert image_of(repository).name == "a.tif"


def test_an_image_in_raw_itself_is_never_replaced(home: Path) -> None:
    repository = Repository.init(home / "r")
    (home / "r/raw").mkdir()
    (home / "r/raw/a.tif").write_text("the only copy")
    for rename in (False, True):
        with pytest.raises(OtherImage, match="raw/ itself"):
            relink(repository, Path("photos/a.tif"), rename=rename)
    assert (home / "r/raw/a.tif").read_text() == "the only copy"


@pytest.mark.parametrize("present", ["there", "away"])
def test_a_second_image_is_never_added(home: Path, tmp_path: Path, present: str) -> None:
    Repository.init(home / "r", Path("photos/a.tif"))
    (home / "photos/b.tif").write_text("b")
    if present == "away":
        Path("photos/a.tif").unlink()
    for other in ("photos/b.tif", tmp_path / "elsewhere/a.tif"):
        with pytest.raises(OtherImage, match="relink"):
            Repository.init(home / "r", Path(other))
    assert os.listdir(home / "r/raw") == ["a.tif"]
    assert said(home / "r") == "../../photos/a.tif"


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("photos/none.tif", "No such file"),
        ("photos", "not a regular file"),
        ("photos/a.tif/x", "Not a directory"),
        ("r/raw/a.tif", "leads through raw/"),
        ("through", "leads through raw/"),
        ("circle", "Too many levels"),
    ],
)
def test_unusable_image_changes_nothing(home: Path, file: str, says: str) -> None:
    repository = Repository.init(home / "r", Path("photos/a.tif"))
    (home / "through").symlink_to("r/raw/a.tif")
    (home / "circle").symlink_to("circle")
    with pytest.raises(UnusableImageFile, match=says):
        relink(repository, Path(file), rename=True)
    assert said(home / "r") == "../../photos/a.tif"


def test_unusable_image_name_changes_nothing(home: Path) -> None:
    repository = Repository.init(home / "r", Path("photos/a.tif"))
    Path("photos/image.xmp").touch()
    with pytest.raises(UnusableImage):
        relink(repository, Path("photos/image.xmp"), rename=True)
    assert os.listdir(home / "r/raw") == ["a.tif"]


def test_the_link_is_replaced_durably_and_under_the_lock(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.init(home / "r", Path("photos/a.tif"))
    (home / "photos").rename(home / "2026")
    locks = count_calls(monkeypatch, lock, "_acquired")
    replaced, synced = count_calls(monkeypatch, os, "replace"), count_calls(monkeypatch, Folder, "sync")
    relink(repository, Path("2026/a.tif"))
    assert (len(locks), len(replaced), len(synced)) == (1, 1, 1)
