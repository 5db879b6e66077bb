"""An inode keeps its meaning while its name gets another one."""

from __future__ import annotations

import pytest

from chemfs.mount.inode import Inode
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


def test_repeated_look_up_returns_the_same_inode(inodes: Inodes) -> None:
    assert inodes.look_up(ROOT, "image.xmp", OLD) is inodes.look_up(ROOT, "image.xmp", OLD)


def test_new_content_gets_a_new_inode_and_the_old_one_stays(inodes: Inodes) -> None:
    old, new = (inodes.look_up(ROOT, "image.xmp", node) for node in (OLD, NEW))
    assert old.number != new.number
    assert inodes.at(old.number).node is OLD


def test_all_contents_of_a_file_show_one_inode_number(inodes: Inodes) -> None:
    old, new = (inodes.look_up(ROOT, "image.xmp", node) for node in (OLD, NEW))
    written = inodes.create(ROOT, "image.xmp", None)
    assert old.shown_number == new.shown_number == written.shown_number
    assert old.shown_number != inodes.look_up(ROOT, "other.xmp", OLD).shown_number


def test_files_follow_their_renamed_folder(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    file = inodes.look_up(folder.number, "one", SCRATCH)
    inodes.renamed(ROOT, "drafts", ROOT, "kept")
    assert (file.parent, file.is_reachable) == (folder, True)
    assert inodes.look_up(ROOT, "kept", FOLDER) is folder


def test_inode_outlives_its_name(inodes: Inodes) -> None:
    file = inodes.look_up(ROOT, "one", SCRATCH)
    inodes.removed(ROOT, "one")
    assert inodes.at(file.number) is file
    with pytest.raises(Replaced):
        file.found()
    assert inodes.look_up(ROOT, "one", SCRATCH).number != file.number


def test_file_replaced_by_a_rename_has_no_name(inodes: Inodes) -> None:
    covered, moved = (inodes.look_up(ROOT, name, SCRATCH) for name in ("one", "two"))
    inodes.renamed(ROOT, "two", ROOT, "one")
    assert not covered.is_named
    assert (moved.name, moved.is_reachable) == ("one", True)


def test_file_replaced_by_a_state_file_has_no_name(inodes: Inodes) -> None:
    covered = inodes.look_up(ROOT, "backup", SCRATCH)
    inodes.look_up(ROOT, "image.xmp", OLD)
    inodes.renamed(ROOT, "image.xmp", ROOT, "backup")
    assert not covered.is_named


def test_inode_ends_when_its_last_look_up_is_forgotten(inodes: Inodes) -> None:
    number = inodes.look_up(ROOT, "one", SCRATCH).number
    inodes.look_up(ROOT, "one", SCRATCH)
    inodes.forget(number, 1)
    assert inodes.at(number)
    inodes.forget(number, 1)
    with pytest.raises(KeyError):
        inodes.at(number)


def test_writer_of_a_state_file_has_its_inode_alone(inodes: Inodes) -> None:
    written = inodes.look_up(ROOT, "image.xmp", OLD, ONE)
    inodes.claim(written, ONE, to_write=True)
    assert inodes.look_up(ROOT, "image.xmp", OLD) is not written
    assert written.is_reachable


def test_writers_share_a_scratch_files_inode(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "one", SCRATCH)
    inodes.claim(shared, ONE, to_write=True)
    inodes.claim(shared, TWO, to_write=True)
    assert inodes.look_up(ROOT, "one", SCRATCH) is shared


@pytest.mark.parametrize("to_write", [False, True])
def test_second_opener_gets_a_reserved_inode(inodes: Inodes, to_write: bool) -> None:  # noqa: FBT001
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


def test_inode_looked_up_by_others_is_not_claimed_to_write(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "image.xmp", OLD, ONE)
    inodes.look_up(ROOT, "image.xmp", OLD, TWO)
    with pytest.raises(Replaced):
        inodes.claim(shared, TWO, to_write=True)


def test_retry_by_the_same_inode_succeeds(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "image.xmp", OLD, ONE)
    inodes.claim(shared, ONE, to_write=True)
    with pytest.raises(Replaced):
        inodes.claim(shared, ONE, to_write=True)
    inodes.claim(shared, ONE, to_write=True)


def looked_up_often(inodes: Inodes) -> Inode:
    for _ in range(2):
        assert not inodes.look_up(ROOT, "image.xmp", OLD, ONE, may_keep=True).is_kept
    return inodes.look_up(ROOT, "image.xmp", OLD, ONE, may_keep=True)


def test_name_is_kept_from_the_third_look_up_on(inodes: Inodes) -> None:
    assert looked_up_often(inodes).is_kept


def test_writer_of_a_kept_name_gets_its_own_inode(inodes: Inodes) -> None:
    kept = looked_up_often(inodes)
    with pytest.raises(Replaced):
        inodes.claim(kept, ONE, to_write=True)
    own = inodes.look_up(ROOT, "image.xmp", OLD, ONE, may_keep=True)
    assert (own is kept, own.is_kept) == (False, False)
    inodes.claim(own, ONE, to_write=True)


def test_stale_inode_is_refused_once(inodes: Inodes) -> None:
    stale = looked_up_often(inodes)
    stale.is_stale = True
    with pytest.raises(Replaced):
        inodes.check(stale, ONE)
    own = inodes.look_up(ROOT, "image.xmp", NEW, ONE)
    inodes.check(own, ONE)
    with pytest.raises(Replaced):
        inodes.claim(stale, ONE, to_write=False)
    inodes.claim(inodes.look_up(ROOT, "image.xmp", NEW, ONE), ONE, to_write=False)


def test_promise_ends_once_its_attributes_were_read(inodes: Inodes) -> None:
    stale = looked_up_often(inodes)
    stale.is_stale = True
    with pytest.raises(Replaced):
        inodes.check(stale, ONE)
    inodes.check(inodes.look_up(ROOT, "image.xmp", NEW, ONE), ONE)
    assert inodes.look_up(ROOT, "image.xmp", NEW, ONE).is_shared


def test_attributes_of_an_open_stale_file_are_not_refused(inodes: Inodes) -> None:
    stale = looked_up_often(inodes)
    inodes.claim(stale, ONE, to_write=False)
    stale.is_stale = True
    inodes.check(stale, ONE)


def test_readers_share_an_inode(inodes: Inodes) -> None:
    shared = inodes.look_up(ROOT, "image.xmp", OLD)
    for thread in (ONE, TWO):
        inodes.claim(shared, thread, to_write=False)
    assert shared.users == 2


def test_files_in_a_removed_folder_are_unreachable(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    file = inodes.look_up(folder.number, "one", SCRATCH)
    inodes.removed(ROOT, "drafts")
    assert not file.is_reachable
    with pytest.raises(Replaced):
        file.found()


def test_writers_inode_resolves_to_the_saved_file(inodes: Inodes) -> None:
    root = inodes.at(ROOT).folder
    assert isinstance(root, Parent)
    written = inodes.create(ROOT, "image.xmp", None)
    root.nodes["image.xmp"] = NEW
    assert written.found() is NEW


def test_state_file_keeps_its_content_and_other_nodes_are_current(inodes: Inodes) -> None:
    root = inodes.at(ROOT).folder
    assert isinstance(root, Parent)
    state, link = (inodes.look_up(ROOT, name, node) for name, node in (("image.xmp", OLD), ("HEAD", Link())))
    root.nodes.update({"image.xmp": NEW, "HEAD": (moved := Link())})
    assert (state.found(), link.found()) == (OLD, moved)


def test_folder_keeps_its_first_node(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    assert inodes.look_up(ROOT, "drafts", Parent()) is folder
    assert folder.node is FOLDER


def test_folder_of_another_kind_gets_another_inode(inodes: Inodes) -> None:
    folder = inodes.look_up(ROOT, "drafts", FOLDER)
    other = inodes.look_up(ROOT, "drafts", OtherFolder())
    assert other.number != folder.number
    assert not folder.is_named


def test_file_gets_the_newest_node(inodes: Inodes) -> None:
    inodes.look_up(ROOT, "one", SCRATCH)
    assert inodes.look_up(ROOT, "one", found := File()).node is found


def test_rename_returns_the_moved_node(inodes: Inodes) -> None:
    inodes.look_up(ROOT, "one", SCRATCH)
    assert inodes.renamed(ROOT, "one", ROOT, "two") is SCRATCH
    assert inodes.renamed(ROOT, "one", ROOT, "two") is None


def test_forgetting_twice_is_harmless(inodes: Inodes) -> None:
    number = inodes.look_up(ROOT, "one", SCRATCH).number
    inodes.forget(number, 1)
    inodes.forget(number, 1)
