"""Changesets, nodes and items as JSON: the ItemRef ADR's keys, and the same values when they are read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chemigram_core.compare import Action, Changeset, DiffNode, ItemRef
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidJson

TEXTS = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXTS, values, max_size=3),
    max_leaves=5,
)
ITEMS = st.builds(
    ItemRef,
    TEXTS,
    st.booleans(),
    handle=st.none(),
    content_hash=st.none() | st.binary().map(Digest.of),
    size_bytes=st.none() | st.integers(0),
    media_type=st.none() | TEXTS,
)
LEAVES: dict[str, Any] = {
    "source_path": st.none() | TEXTS.filter(bool),
    "summary": TEXTS,
    "tags": st.frozensets(TEXTS, max_size=3),
    "details": st.dictionaries(TEXTS, JSON, max_size=3),
    "transformed_by": st.lists(TEXTS, max_size=3).map(tuple),
}
NODES = st.recursive(
    st.builds(DiffNode, st.sampled_from(Action), TEXTS, TEXTS, **LEAVES),
    lambda nodes: st.builds(
        DiffNode, st.sampled_from(Action), TEXTS, TEXTS, children=st.lists(nodes, max_size=3).map(tuple), **LEAVES
    ),
    max_leaves=8,
)
CHANGESETS = st.builds(Changeset, TEXTS, TEXTS, st.none() | NODES)


def written_and_read(data: object) -> Any:
    return json.loads(json.dumps(data))


@given(ITEMS)
def test_item_round_trips(item: ItemRef) -> None:
    assert ItemRef.from_json(written_and_read(item.to_json())) == item


@given(CHANGESETS)
def test_changeset_round_trips(changeset: Changeset) -> None:
    assert Changeset.from_json(written_and_read(changeset.to_json())) == changeset


@given(JSON)
def test_other_json_is_rejected_with_a_reason(data: Any) -> None:
    for kind in (ItemRef, DiffNode, Changeset):
        with pytest.raises(InvalidJson, match="not a usable"):
            kind.from_json(data)


def test_the_keys_of_an_item_are_those_of_the_adr() -> None:
    item = ItemRef(
        "masks/sky.png",
        is_directory=False,
        handle=None,
        content_hash=Digest.of(b""),
        size_bytes=0,
        media_type="image/png",
    )
    assert item.to_json() == {
        "logical_path": "masks/sky.png",
        "is_directory": False,
        "content_hash": Digest.of(b""),
        "size": 0,
        "media_type": "image/png",
    }


def test_unknown_keys_are_ignored() -> None:
    assert ItemRef.from_json({"logical_path": "a", "is_directory": False, "checksum": 1}, "handle").handle == "handle"
    assert DiffNode.from_json({"action": "add", "item_type": "file", "path": "a", "annotations": []}).name == "a"
    assert Changeset.from_json({"from": "a", "to": "b", "root": None, "metadata": {}}).root is None


@pytest.mark.parametrize(
    "spoilt",
    [
        {"logical_path": 1}, {"is_directory": 0}, {"content_hash": "ab"}, {"size": -1}, {"size": True}, {"size": 1.5},
        {"media_type": []},
    ],
    ids=str,
)  # fmt: skip
def test_an_item_with_a_wrong_value_is_rejected(spoilt: dict[str, Any]) -> None:
    with pytest.raises(InvalidJson, match="not a usable item"):
        ItemRef.from_json({"logical_path": "a", "is_directory": False, **spoilt})


@pytest.mark.parametrize(
    "spoilt",
    [{"action": "paint"}, {"path": None}, {"tags": ["a", 1]}, {"tags": "a"}, {"details": []}, {"children": [1]}],
    ids=str,
)
def test_a_node_with_a_wrong_value_is_rejected(spoilt: dict[str, Any]) -> None:
    with pytest.raises(InvalidJson, match="not a usable node"):
        DiffNode.from_json({"action": "add", "item_type": "file", "path": "a", **spoilt})


def test_a_changeset_that_is_too_deep_is_rejected() -> None:
    node: dict[str, Any] = {"action": "add", "item_type": "file", "path": "a"}
    for _ in range(5_000):
        node = {**node, "children": [node]}
    with pytest.raises(InvalidJson, match="too deep"):
        Changeset.from_json({"from": "a", "to": "b", "root": node})
