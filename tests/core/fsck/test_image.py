"""fsck and the image: one that can't be read, and one that no state shows."""

from __future__ import annotations

from pathlib import Path

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
