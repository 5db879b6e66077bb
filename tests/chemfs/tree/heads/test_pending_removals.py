"""A removed file may be written again at once; only a mask that stays away is removed from the branch."""

from __future__ import annotations

from math import inf

from chemfs.tree.heads.pending_removals import RETRY_SECONDS, RETURN_SECONDS, PendingRemovals
from chemfs.tree.heads.tracked import Mask, Sidecar, Xmp
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName

SKY, OBJECT = MaskName("sky"), Digest.of(b"sky")


def test_removal_is_due_after_the_name_stays_unused() -> None:
    removals = PendingRemovals()
    removals.add(Mask(SKY), 10.0, OBJECT)
    assert removals.removed(Mask(SKY))
    assert removals.due(10.0 + RETURN_SECONDS - 0.1) == {}
    assert removals.due(10.0 + RETURN_SECONDS) == {SKY: OBJECT}
    removals.committed({SKY: OBJECT})
    assert not removals.removed(Mask(SKY))


def test_failed_removal_is_due_again_later() -> None:
    removals = PendingRemovals()
    removals.add(Mask(SKY), 10.0, OBJECT)
    removals.postpone({SKY: OBJECT}, 20.0)
    assert removals.removed(Mask(SKY))
    assert removals.due(20.0 + RETRY_SECONDS - 0.1) == {}
    assert removals.due(20.0 + RETRY_SECONDS) == removals.due(inf) == {SKY: OBJECT}


def test_mask_removed_again_during_its_removal_stays_removed() -> None:
    removals = PendingRemovals()
    removals.add(Mask(SKY), 10.0, OBJECT)
    removals.add(Mask(SKY), 11.0, Digest.of(b"another sky"))
    removals.committed({SKY: OBJECT})
    assert removals.removed(Mask(SKY))


def test_mask_written_again_is_not_due() -> None:
    removals = PendingRemovals()
    removals.add(Mask(SKY), 10.0, OBJECT)
    removals.cancel(Mask(SKY))
    assert removals.due(99.0) == {}


def test_an_xmp_stays_hidden_until_it_is_written_under_either_name() -> None:
    removals = PendingRemovals()
    for name in (Xmp(), Sidecar()):
        removals.add(name, 0.0, OBJECT)
    assert removals.due(99.0) == {}
    assert removals.removed(Xmp()) == OBJECT
    removals.cancel(Sidecar())
    assert removals.removed(Xmp()) is None


def test_removed_image_reappears_by_itself() -> None:
    removals = PendingRemovals()
    assert not removals.hides_image(10.0)
    removals.add_image(10.0)
    assert removals.hides_image(10.0 + RETURN_SECONDS - 0.1)
    assert not removals.hides_image(10.0 + RETURN_SECONDS)
