"""Drawn masks are what darktable-cli exports. `python -m scripts.drawn_masks` compares many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.drawn_comparison import Compared, compared
from tests.support.drawn_samples import samples
from tests.support.drawn_scenes import SCENES, TURNED, Scene

NAMES = (
    "plain",
    "in a corner",
    "thin, proportional",
    "linear, curved",
    "exclusion, none",
    "nested",
    "wide blur",
    "darker, of a gradient beyond 1",
    "crossing itself",
    "at random 7",
    "star with a wide border",
    "ever softer",
    "exclusion",
)

pytestmark = pytest.mark.needs_program("darktable-cli")


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.label)
def test_masks_match_darktables(tmp_path: Path, scene: Scene) -> None:
    require_same(list(compared([sample for sample in samples() if sample.name in NAMES], tmp_path, scene)), len(NAMES))


@pytest.mark.parametrize("scene", TURNED[::3] + TURNED[-1:], ids=lambda scene: scene.label)
def test_masks_match_darktables_in_other_frames(tmp_path: Path, scene: Scene) -> None:
    require_same(
        list(compared([sample for sample in samples() if sample.name in scene.few], tmp_path, scene)), len(scene.few)
    )


def require_same(found: list[Compared], least: int) -> None:
    assert len(found) >= least
    assert {one.sample.name: one.distance for one in found if not one.is_within_limits} == {}
    assert [one.sample.name for one in found if one.shifted().is_within_limits] == [], "one pixel off must be seen"
