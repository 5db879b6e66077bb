"""Drawn masks are what darktable-cli exports. `python -m scripts.drawn_masks` compares many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.drawn_comparison import compared
from tests.support.drawn_samples import samples

NAMES = (
    "plain",
    "in a corner",
    "thin, proportional",
    "linear, curved",
    "exclusion, none",
    "nested",
    "wide blur",
    "brighter",
    "crossing itself",
    "star with a wide border",
    "ever softer",
    "exclusion",
)

pytestmark = pytest.mark.needs_program("darktable-cli")


@pytest.mark.parametrize(
    ("size", "reduced"), [((301, 200), None), ((200, 333), None), ((900, 601), 300)], ids=["wide", "tall", "reduced"]
)
def test_masks_match_darktables(tmp_path: Path, size: tuple[int, int], reduced: int | None) -> None:
    found = list(compared([sample for sample in samples() if sample.name in NAMES], tmp_path, size, reduced))
    assert len(found) >= len(NAMES)
    assert {one.sample.name: one.distance for one in found if not one.is_within_limits} == {}
    assert [one.sample.name for one in found if one.shifted().is_within_limits] == [], "one pixel off must be seen"
