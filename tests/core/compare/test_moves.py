"""Moves and copies: every number of each, what can't be read, and that nothing is named twice or forgotten."""

from __future__ import annotations

import io
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.compare.item import ItemPair, ItemRef
from chemigram_core.compare.node import Action, DiffNode
from chemigram_core.digest import Digest
from tests.core.compare.trees import HINTS, CountingAccess, changeset, engine, folder

names = st.sampled_from("abcdefgh")
contents = st.sampled_from([b"", b"1", b"2", b"3"])
trees = st.dictionaries(names, contents)


def leaves(root: DiffNode | None) -> list[DiffNode]:
    return [] if root is None else [node for node in root.walk() if not node.children]


@pytest.mark.parametrize("hints", [HINTS, frozenset[str]()], ids=["hinted", "bare"])
@pytest.mark.parametrize(("added", "removed", "identical"), list(product(range(4), range(4), range(3))))
def test_every_number_of_equal_files(added: int, removed: int, identical: int, hints: frozenset[str]) -> None:
    kept = {f"k{number}": b"same" for number in range(identical)}
    left = kept | {f"r{number}": b"same" for number in range(removed)}
    right = kept | {f"a{number}": b"same" for number in range(added)}
    found = leaves(changeset(folder(left, hints), folder(right, hints)).root)
    moved = min(added, removed)
    copied = added - moved if identical else 0
    assert [(node.path, node.source_path) for node in found if node.action is Action.MOVE] == [
        (f"a{number}", f"r{number}") for number in range(moved)
    ]
    assert [(node.path, node.source_path) for node in found if node.action is Action.COPY] == [
        (f"a{number}", "k0") for number in range(moved, moved + copied)
    ]
    assert sum(node.action is Action.ADD for node in found) == added - moved - copied
    assert sum(node.action is Action.REMOVE for node in found) == removed - moved


@given(trees, trees)
def test_every_path_appears_exactly_once(left: dict[str, bytes], right: dict[str, bytes]) -> None:
    found = leaves(changeset(folder(left), folder(right)).root)
    gone = [node.path for node in found if node.action is Action.REMOVE]
    gone += [node.source_path for node in found if node.action is Action.MOVE and node.source_path]
    come = [node.path for node in found if node.action in {Action.ADD, Action.MOVE, Action.COPY}]
    changed = [node.path for node in found if node.action is Action.MODIFY]
    assert sorted(gone) == sorted(left.keys() - right.keys())
    assert sorted(come) == sorted(right.keys() - left.keys())
    assert sorted(changed) == sorted(name for name in left.keys() & right.keys() if left[name] != right[name])
    assert all(b"" not in {left.get(node.source_path or ""), right[node.path]} for node in found if node.source_path)


def test_move_names_its_source() -> None:
    (found,) = leaves(changeset(folder({"old name": b"1"}), folder({"new": b"1"})).root)
    assert (found.summary, found.details["hash_left"]) == ("Moved from old name", Digest.of(b"1"))
    assert found.transformed_by == ("moves",)


def test_only_candidates_are_read() -> None:
    access = CountingAccess()
    left = folder({"a": b"1", "same": b"9", "d": {"x": b"3"}}, {"size_bytes"})
    right = folder({"b": b"1", "same": b"9", "d": {"x": b"3"}}, {"size_bytes"})
    engine(access).full_tree(ItemPair(left, right))
    assert sorted(access.opened) == ["a", "b", "d/x", "d/x", "same", "same"]


def test_unreadable_file_is_left_alone_with_a_diagnostic() -> None:
    class Broken(CountingAccess):
        def open(self, item: ItemRef) -> io.BufferedIOBase:
            raise OSError(5, "no luck")

    tree = engine(Broken()).full_tree(ItemPair(folder({"a": b"1"}, ()), folder({"b": b"1", "d": {}}, ())))
    assert [(node.action, node.path) for node in tree.children] == [("remove", "a"), ("add", "b"), ("add", "d")]
    assert all("no hash" in "".join(node.diagnostics) for node in tree.children)
    assert not any(node.details for node in tree.children)
