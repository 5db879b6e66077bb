"""What a number means, while names come to mean something else."""

from __future__ import annotations

import pytest

from chemfs.mount.inodes import ROOT, Inodes
from chemfs.tree.errors import Replaced
from chemfs.tree.nodes import Directory, File
from chemigram_core.digest import Digest

FOLDER = Directory(0, tuple)
SCRATCH = File(0, 0)
OLD = File(10, 0, content=Digest.of(b"old"))
NEW = File(20, 0, content=Digest.of(b"new"))
ONE, TWO = 7, 8  # threads


@pytest.fixture
def inodes() -> Inodes:
    return Inodes()


def test_a_name_that_is_looked_up_again_keeps_its_number(inodes: Inodes) -> None:
    assert inodes.look_up(ROOT, "image.xmp", OLD) is inodes.look_up(ROOT, "image.xmp", OLD)


def test_another_content_is_another_number_and_the_old_one_stays_what_it_was(inodes: Inodes) -> None:
    old, new = (inodes.look_up(ROOT, "image.xmp", node) for node in (OLD, NEW))
    assert old.number != new.number
    assert inodes[old.number].file == OLD


def test_programs_see_one_number_for_a_state_s_file_whatever_it_holds(inodes: Inodes) -> None:
    old, new = (inodes.look_up(ROOT, "image.xmp", node) for node in (OLD, NEW))
    written = inodes.create(ROOT, "image.xmp", File(0, 0), is_shared=False)
    assert old.shown_number == new.shown_number == written.shown_number
    assert old.shown_number != inodes.look_up(ROOT, "other.xmp", OLD).shown_number


def test_what_is_in_a_renamed_folder_is_found_there(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    file = inodes.look_up(folder.number, "one", SCRATCH)
    inodes.renamed(ROOT, "drafts", ROOT, "kept")
    assert file.path == "/kept/one"


def test_a_number_outlives_its_name(inodes: Inodes) -> None:
    file = inodes.look_up(ROOT, "one", SCRATCH)
    inodes.removed(ROOT, "one")
    assert inodes[file.number] is file
    with pytest.raises(Replaced):
        file.path  # noqa: B018 - asking is what is tried
    assert inodes.look_up(ROOT, "one", SCRATCH).number != file.number


def test_what_a_rename_covers_has_no_name_any_more(inodes: Inodes) -> None:
    covered, moved = (inodes.look_up(ROOT, name, SCRATCH) for name in ("one", "two"))
    inodes.renamed(ROOT, "two", ROOT, "one")
    assert not covered.is_named
    assert moved.path == "/one"


def test_what_a_state_s_file_covers_has_no_name_either(inodes: Inodes) -> None:
    covered = inodes.look_up(ROOT, "backup", SCRATCH)
    inodes.look_up(ROOT, "image.xmp", OLD)
    inodes.renamed(ROOT, "image.xmp", ROOT, "backup")
    assert not covered.is_named


def test_a_number_goes_with_its_last_look_up(inodes: Inodes) -> None:
    number = inodes.look_up(ROOT, "one", SCRATCH).number
    inodes.look_up(ROOT, "one", SCRATCH)
    inodes.forget(number, 1)
    assert inodes[number]
    inodes.forget(number, 1)
    with pytest.raises(KeyError):
        inodes[number]


def test_who_writes_a_state_s_file_has_the_number_to_itself(inodes: Inodes) -> None:
    written = inodes.look_up(ROOT, "image.xmp", OLD, ONE)
    inodes.claim(written, ONE, to_write=True)
    assert inodes.look_up(ROOT, "image.xmp", OLD) is not written
    assert written.path == "/image.xmp"


def test_a_scratch_file_is_written_by_many(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "one", SCRATCH)
    inodes.claim(shared, ONE, to_write=True)
    inodes.claim(shared, TWO, to_write=True)
    assert inodes.look_up(ROOT, "one", SCRATCH) is shared


@pytest.mark.parametrize("to_write", [False, True])
def test_who_comes_second_gets_a_number_that_nobody_can_take_away(inodes: Inodes, to_write: bool) -> None:  # noqa: FBT001
    shared = inodes.look_up(ROOT, "image.xmp", OLD, ONE)
    inodes.claim(shared, ONE, to_write=not to_write)
    with pytest.raises(Replaced):
        inodes.claim(shared, TWO, to_write=to_write)
    own = inodes.look_up(ROOT, "image.xmp", OLD, TWO)
    inodes.forget(own.number, 1)
    own = inodes.look_up(ROOT, "image.xmp", NEW, TWO)
    assert inodes.look_up(ROOT, "image.xmp", NEW, ONE) is not own
    inodes.claim(own, TWO, to_write=to_write)
    assert inodes.look_up(ROOT, "image.xmp", NEW, TWO) is not own


def test_nobody_writes_under_a_number_that_others_have_just_looked_up(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "image.xmp", OLD, ONE)
    inodes.look_up(ROOT, "image.xmp", OLD, TWO)
    with pytest.raises(Replaced):
        inodes.claim(shared, TWO, to_write=True)


def test_who_can_only_come_back_by_the_same_number_may_have_it(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "image.xmp", OLD, ONE)
    inodes.claim(shared, ONE, to_write=True)
    with pytest.raises(Replaced):
        inodes.claim(shared, ONE, to_write=True)
    inodes.claim(shared, ONE, to_write=True)


def test_readers_share_a_number(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "image.xmp", OLD)
    for thread in (ONE, TWO):
        inodes.claim(shared, thread, to_write=False)
    assert shared.users == 2
