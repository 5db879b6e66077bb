"""Inodes stay what they are while names come to mean something else."""

from __future__ import annotations

import pytest

from chemfs.mount.inodes import Inodes
from chemfs.mount.protocol import ROOT_ID as ROOT
from chemfs.tree.errors import Replaced
from chemfs.tree.nodes import File, Folder, Link, Node
from chemigram_core.digest import Digest


class State(File):
    """A file of a state."""

    def __init__(self, data: bytes) -> None:
        self._content = Digest.of(data)

    @property
    def content(self) -> Digest:
        return self._content


class Parent(Folder):
    """A folder with the nodes that a test puts there."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def lookup(self, name: str) -> Node:
        return self.nodes[name]


class OtherFolder(Parent):
    """A folder of another kind."""


FOLDER = Parent()
SCRATCH = File()
OLD, NEW = State(b"old"), State(b"new")
ONE, TWO = 7, 8  # threads


@pytest.fixture
def inodes() -> Inodes:
    return Inodes(Parent())


def test_a_name_that_is_looked_up_again_keeps_its_number(inodes: Inodes) -> None:
    assert inodes.look_up(ROOT, "image.xmp", OLD) is inodes.look_up(ROOT, "image.xmp", OLD)


def test_another_content_is_another_number_and_the_old_one_stays_what_it_was(inodes: Inodes) -> None:
    old, new = (inodes.look_up(ROOT, "image.xmp", node) for node in (OLD, NEW))
    assert old.number != new.number
    assert inodes[old.number].node is OLD


def test_programs_see_one_number_for_a_state_s_file_whatever_it_holds(inodes: Inodes) -> None:
    old, new = (inodes.look_up(ROOT, "image.xmp", node) for node in (OLD, NEW))
    written = inodes.create(ROOT, "image.xmp", None)
    assert old.shown_number == new.shown_number == written.shown_number
    assert old.shown_number != inodes.look_up(ROOT, "other.xmp", OLD).shown_number


def test_what_is_in_a_renamed_folder_is_found_there(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    file = inodes.look_up(folder.number, "one", SCRATCH)
    inodes.renamed(ROOT, "drafts", ROOT, "kept")
    assert (file.parent, file.is_reachable) == (folder, True)
    assert inodes.look_up(ROOT, "kept", FOLDER) is folder


def test_a_number_outlives_its_name(inodes: Inodes) -> None:
    file = inodes.look_up(ROOT, "one", SCRATCH)
    inodes.removed(ROOT, "one")
    assert inodes[file.number] is file
    with pytest.raises(Replaced):
        file.found()
    assert inodes.look_up(ROOT, "one", SCRATCH).number != file.number


def test_what_a_rename_covers_has_no_name_any_more(inodes: Inodes) -> None:
    covered, moved = (inodes.look_up(ROOT, name, SCRATCH) for name in ("one", "two"))
    inodes.renamed(ROOT, "two", ROOT, "one")
    assert not covered.is_named
    assert (moved.name, moved.is_reachable) == ("one", True)


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
    assert written.is_reachable


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


def test_what_is_in_a_removed_folder_has_no_name_either(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    file = inodes.look_up(folder.number, "one", SCRATCH)
    inodes.removed(ROOT, "drafts")
    assert not file.is_reachable
    with pytest.raises(Replaced):
        file.found()


def test_a_number_that_its_writer_has_alone_leads_to_what_others_find(inodes: Inodes) -> None:
    root = inodes[ROOT].folder
    assert isinstance(root, Parent)
    written = inodes.create(ROOT, "image.xmp", None)
    root.nodes["image.xmp"] = NEW
    assert written.found() is NEW


def test_a_file_of_a_state_is_what_it_was_and_anything_else_what_it_is(inodes: Inodes) -> None:
    root = inodes[ROOT].folder
    assert isinstance(root, Parent)
    state, link = (inodes.look_up(ROOT, name, node) for name, node in (("image.xmp", OLD), ("HEAD", Link())))
    root.nodes.update({"image.xmp": NEW, "HEAD": (moved := Link())})
    assert (state.found(), link.found()) == (OLD, moved)


def test_a_folder_keeps_the_node_that_its_files_hold(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    assert inodes.look_up(ROOT, "drafts", Parent()) is folder
    assert folder.node is FOLDER


def test_another_kind_of_folder_is_another_number(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    other = inodes.look_up(ROOT, "drafts", OtherFolder())
    assert other.number != folder.number
    assert not folder.is_named


def test_a_file_has_the_node_that_was_found_last(inodes: Inodes) -> None:
    inodes.look_up(ROOT, "one", SCRATCH)
    assert inodes.look_up(ROOT, "one", found := File()).node is found


def test_a_rename_names_the_node_that_moved(inodes: Inodes) -> None:
    inodes.look_up(ROOT, "one", SCRATCH)
    assert inodes.renamed(ROOT, "one", ROOT, "two") is SCRATCH
    assert inodes.renamed(ROOT, "one", ROOT, "two") is None


def test_what_is_forgotten_twice_is_forgotten(inodes: Inodes) -> None:
    number = inodes.look_up(ROOT, "one", SCRATCH).number
    inodes.forget(number, 1)
    inodes.forget(number, 1)
