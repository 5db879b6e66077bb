"""fsck and the image: one that can't be read, and one that no state shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from chemigram_core import fsck
from chemigram_core.fsck import Problem
from chemigram_core.repository import Repository
from tests.support.builders import picture


def test_missing_image_is_reported_with_its_place_and_advice(tmp_path: Path) -> None:
    made = Repository.init(tmp_path / "r", picture(tmp_path / "a.tif"))
    assert fsck.check(made.root) == []
    (tmp_path / "a.tif").unlink()
    (finding,) = fsck.check(made.root)
    assert (finding.problem, finding.path, finding.is_harmless) == (Problem.IMAGE_UNAVAILABLE, "raw/a.tif", False)
    assert f"{tmp_path}/a.tif" in finding.says
    assert "chemfs relink" in finding.says
    assert fsck.repair(made.root, finding) is None


def test_second_image_is_reported_but_not_a_problem(tmp_path: Path) -> None:
    made = Repository.init(tmp_path / "r", picture(tmp_path / "a.tif"))
    picture(made.root / "raw" / "b.tif")
    (finding,) = fsck.check(made.root)
    assert (finding.problem, finding.path, finding.is_harmless) == (Problem.IMAGE_SURPLUS, "raw/b.tif", True)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Thumbs.db", Problem.ALIEN),
        ("Icon\r", Problem.ALIEN),
        ("a.tif.part", Problem.ALIEN),
        ("A.txt", Problem.ALIEN),
        ("a (Ann's conflicted copy 2026-01-01).tif", Problem.IMAGE_SURPLUS),
        ("a.sync-conflict-20260101-101010-ABCDEFG.tif", Problem.IMAGE_SURPLUS),
    ],
)
def test_files_of_other_programs_in_raw_do_not_replace_the_image(tmp_path: Path, name: str, problem: Problem) -> None:
    made = Repository.init(tmp_path / "r", picture(tmp_path / "a.tif"))
    (made.root / "raw" / name).write_bytes(b"other")
    image = Repository(made.root).image
    assert image and image.name == "a.tif"
    (finding,) = fsck.check(made.root)
    assert (finding.problem, finding.path, finding.is_harmless) == (problem, f"raw/{name}", True)
