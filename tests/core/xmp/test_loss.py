"""A history that shrank or vanished is noticed."""

from __future__ import annotations

from chemigram_core.darktable import history_loss
from chemigram_core.sidecar import parse
from tests.core.xmp.sidecars import edited, entry, sidecar

EXPOSURE, FLIP, AGAIN = entry(0, "exposure"), entry(1, "flip"), entry(2, "exposure")
FULL = edited(EXPOSURE, FLIP, AGAIN).history


def test_longer_or_equal_history_loses_nothing() -> None:
    assert history_loss(FULL, FULL) is None
    assert history_loss(FULL, edited(EXPOSURE, FLIP, AGAIN, entry(3, "sharpen")).history) is None
    assert history_loss(FULL, edited(EXPOSURE, FLIP, AGAIN, end=0).history) is None
    assert history_loss(parse(sidecar()).history, FULL) is None


def test_vanished_history_is_reported() -> None:
    loss = history_loss(FULL, parse(sidecar()).history)
    assert loss
    assert loss.vanished
    assert str(loss) == "history of 3 steps is gone"


def test_dropped_step_is_reported() -> None:
    loss = history_loss(FULL, edited(EXPOSURE, entry(1, "exposure")).history)
    assert loss
    assert loss.instances == (("flip", 0),)
    assert str(loss) == "history shrank from 3 to 2 steps (flip is gone)"


def test_compressed_history_loses_steps_only() -> None:
    assert str(history_loss(FULL, edited(FLIP, AGAIN).history)) == "history shrank from 3 to 2 steps"


def test_replaced_module_is_reported() -> None:
    after = edited(EXPOSURE, FLIP, entry(2, "flip"), entry(3, "flip", multi_priority="1")).history
    assert str(history_loss(after, FULL)) == "history shrank from 4 to 3 steps (flip 1 is gone)"
    assert str(history_loss(FULL, edited(FLIP, FLIP, FLIP).history)) == "history lost exposure"
