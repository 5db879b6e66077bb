"""What a program removes may come back at once; only a mask that stays away is gone."""

from __future__ import annotations

from math import inf

from chemfs.tree.heads.pending_removals import AGAIN_SECONDS, RETURN_SECONDS, Absences
from chemfs.tree.paths import MaskFile, SidecarFile, XmpFile
from chemigram_core.digest import Digest
from chemigram_core.names import MaskName

SKY, OBJECT = MaskName("sky"), Digest.of(b"sky")


def test_a_mask_is_due_when_its_name_stayed_unused() -> None:
    absences = Absences()
    absences.hide(MaskFile(SKY), 10.0, OBJECT)
    assert absences.was(MaskFile(SKY))
    assert absences.overdue(10.0 + RETURN_SECONDS - 0.1) == {}
    assert absences.overdue(10.0 + RETURN_SECONDS) == {SKY: OBJECT}
    absences.settled({SKY: OBJECT})
    assert not absences.was(MaskFile(SKY))


def test_a_mask_whose_absence_can_not_be_saved_is_due_again_after_a_while() -> None:
    absences = Absences()
    absences.hide(MaskFile(SKY), 10.0, OBJECT)
    absences.put_off({SKY: OBJECT}, 20.0)
    assert absences.was(MaskFile(SKY))
    assert absences.overdue(20.0 + AGAIN_SECONDS - 0.1) == {}
    assert absences.overdue(20.0 + AGAIN_SECONDS) == absences.overdue(inf) == {SKY: OBJECT}


def test_a_mask_that_is_removed_anew_while_its_absence_is_saved_is_still_away() -> None:
    absences = Absences()
    absences.hide(MaskFile(SKY), 10.0, OBJECT)
    absences.hide(MaskFile(SKY), 11.0, Digest.of(b"another sky"))
    absences.settled({SKY: OBJECT})
    assert absences.was(MaskFile(SKY))


def test_a_mask_that_came_back_is_not_due() -> None:
    absences = Absences()
    absences.hide(MaskFile(SKY), 10.0, OBJECT)
    absences.show(MaskFile(SKY))
    assert absences.masks() == absences.overdue(99.0) == {}


def test_an_xmp_stays_hidden_until_it_is_written_under_either_name() -> None:
    absences = Absences()
    for name in (XmpFile(), SidecarFile()):
        absences.hide(name, 0.0, OBJECT)
    assert absences.overdue(99.0) == {}
    assert absences.was(XmpFile()) == OBJECT
    absences.show(SidecarFile())
    assert absences.was(XmpFile()) is None


def test_an_image_comes_back_by_itself() -> None:
    absences = Absences()
    assert not absences.hides_image(10.0)
    absences.hide_image(10.0)
    assert absences.hides_image(10.0 + RETURN_SECONDS - 0.1)
    assert not absences.hides_image(10.0 + RETURN_SECONDS)
