"""The engine: what it doesn't read, what it keeps, how it prunes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chemigram_core.compare.controller import Controller, Identical, Leaf, Outcome, Skip, pruned
from chemigram_core.compare.item import DataAccess, ItemPair
from chemigram_core.compare.node import Action, DiffNode
from chemigram_core.digest import Digest
from chemigram_core.errors import Incomparable
from tests.core.compare.trees import CountingAccess, changeset, engine, file, folder


def node_at(root: DiffNode | None, path: str) -> DiffNode:
    assert root is not None
    return next(node for node in root.walk() if node.path == path)


def test_equal_hints_make_a_pair_identical() -> None:
    access = CountingAccess()
    tree = engine(access).full_tree(ItemPair(folder({"a": b"1"}), folder({"a": b"1"})))
    (child,) = tree.children
    assert (child.action, child.details) == (Action.IDENTICAL, {"hash": Digest.of(b"1")})
    assert access.opened == []


def test_an_identical_pair_has_no_root() -> None:
    assert changeset(file("a", b"1"), file("a", b"1")).root is None
    assert changeset(file("a", b"1", ()), file("a", b"1", ())).root is None


def test_sizes_are_read_when_only_hashes_are_hinted() -> None:
    hints = {"content_hash"}
    root = changeset(file("a", b"12345", hints), file("a", b"123", hints)).root
    assert root is not None
    assert root.summary == "Content changed (5 bytes → 3 bytes)"
    assert (root.details["size_left"], root.details["size_right"]) == (5, 3)


def test_known_hashes_are_in_the_details() -> None:
    root = changeset(folder({"a": b"1", "x": b"2"}), folder({"a": b"3", "y": b"4"})).root
    assert dict(node_at(root, "x").details) == {"hash_left": Digest.of(b"2")}
    assert dict(node_at(root, "y").details) == {"hash_right": Digest.of(b"4")}
    assert node_at(root, "a").details["hash_left"] == Digest.of(b"1")


def test_a_computed_hash_is_in_the_details_afterwards() -> None:
    root = changeset(folder({"x": b"2"}, ()), folder({"y": b"4"}, ())).root
    assert dict(node_at(root, "x").details) == {"hash_left": Digest.of(b"2")}
    assert dict(node_at(root, "y").details) == {"hash_right": Digest.of(b"4")}
    assert node_at(root, "y").transformed_by == ("moves",)


def test_comparators_details_override_hints() -> None:
    class Stubborn:
        def matches(self, pair: ItemPair) -> bool:
            return True

        def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
            return Leaf(DiffNode(Action.MODIFY, "stubborn", pair.path, details={"hash_left": "mine"}))

    tree = Controller([Stubborn()], [], CountingAccess()).full_tree(ItemPair(file("a", b"1"), file("a", b"2")))
    assert tree.details == {"hash_left": "mine", "hash_right": Digest.of(b"2")}


def test_skipping_comparator_leaves_the_pair_to_the_next() -> None:
    class Unsure:
        def matches(self, pair: ItemPair) -> bool:
            return True

        def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
            return Skip()

    class Sure(Unsure):
        def compare(self, pair: ItemPair, data: DataAccess) -> Outcome:
            return Identical("sure")

    pair = ItemPair(file("a", b"1"), file("a", b"2"))
    assert Controller([Unsure(), Sure()], [], CountingAccess()).full_tree(pair).item_type == "sure"
    with pytest.raises(Incomparable):
        Controller([Unsure()], [], CountingAccess()).full_tree(pair)


def test_folder_and_file_cannot_be_compared() -> None:
    with pytest.raises(Incomparable, match="a folder"):
        changeset(folder({}), file("a", b""))


def test_transformers_get_identical_nodes_and_mark_their_changes() -> None:
    seen: list[str] = []

    class Onlooker:
        name = "onlooker"

        def transform(self, node: DiffNode, data: DataAccess) -> DiffNode:
            seen.append(node.path)
            return replace(node, tags=frozenset({"seen"})) if node.path == "a" else node

    controller = Controller(engine(CountingAccess())._comparators, [Onlooker()], CountingAccess())
    tree = controller.full_tree(ItemPair(folder({"a": b"1"}), folder({"a": b"1"})))
    assert seen == ["a", ""]
    assert [(node.path, node.transformed_by) for node in tree.walk()] == [("", ()), ("a", ("onlooker",))]


def test_containers_with_details_or_tags_survive_pruning() -> None:
    same = DiffNode(Action.IDENTICAL, "file", "d/a")
    bare = DiffNode(Action.MODIFY, "folder", "d", children=(same,))
    assert pruned(bare) is None
    assert pruned(replace(bare, details={"left_out": {"x": "a link"}})) is not None
    assert pruned(replace(bare, tags=frozenset({"left-out"}))) is not None
