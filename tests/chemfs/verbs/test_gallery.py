"""chemfs gallery, as it is called."""

from __future__ import annotations

from pathlib import Path

from chemfs.exit_codes import PROBLEM_FOUND, REFUSED
from tests.chemfs.verbs.answer import Chemfs


def test_the_page_of_a_repository_is_written_beside_it(chemfs: Chemfs, repository: str) -> None:
    answer = chemfs("gallery", repository)
    assert (answer.code, answer.out) == (0, "sunset-gallery/index.html\n")
    assert "first look" in Path("sunset-gallery/index.html").read_text(encoding="utf-8")


def test_a_library_has_an_overview(chemfs: Chemfs, repository: str, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    Path(repository).rename(tmp_path / "library" / "sunset")
    answer = chemfs("gallery", "library", "pages/mine")
    assert (answer.code, answer.out) == (0, "pages/mine/index.html\n")
    assert Path("pages/mine/images/sunset/index.html").is_file()


def test_unreadable_repositories_are_named(chemfs: Chemfs, repository: str, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    Path(repository).rename(tmp_path / "library" / "sunset")
    (tmp_path / "library" / "library.json").write_text("{}")
    (tmp_path / "library" / "sunset" / "HEAD").unlink()
    answer = chemfs("gallery", "library", "out")
    assert (answer.code, answer.error.startswith("chemfs: sunset: ")) == (PROBLEM_FOUND, True)


def test_another_folder_is_left_alone(chemfs: Chemfs, repository: str) -> None:
    answer = chemfs("gallery", repository, ".")
    assert answer.code == REFUSED
    assert answer.error.endswith("choose another folder\n")


def test_folder_that_is_not_a_repository_is_refused(chemfs: Chemfs) -> None:
    assert chemfs("gallery", "nothing-here").code == REFUSED
    assert not Path("nothing-here-gallery").exists()
