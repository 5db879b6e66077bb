"""Trees before and after, and the changes between them, whichever hints there are and however they are shuffled."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from chemigram_core.compare.renderers.json import as_json
from tests.core.compare.trees import HINTS, Tree, changeset, folder, leaf_lines

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "trees.json").read_text("utf-8"))


def tree(spelled: Mapping[str, Any]) -> Tree:
    return {name: part.encode() if isinstance(part, str) else tree(part) for name, part in spelled.items()}


def shuffled(content: Tree, rng: random.Random) -> Tree:
    names = rng.sample(sorted(content), len(content))
    parts = {name: content[name] for name in names}
    return {name: part if isinstance(part, bytes) else shuffled(part, rng) for name, part in parts.items()}


@pytest.mark.parametrize("hints", [HINTS, {"content_hash"}, {"size_bytes"}, set()], ids="+".join)
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["story"])
def test_vectors(vector: Mapping[str, Any], hints: Collection[str]) -> None:
    left, right = folder(tree(vector["left"]), hints), folder(tree(vector["right"]), hints)
    assert leaf_lines(changeset(left, right).root) == vector["changes"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["story"])
def test_shuffled_trees_give_the_same_output(vector: Mapping[str, Any]) -> None:
    left, right = tree(vector["left"]), tree(vector["right"])
    outputs = {
        as_json(changeset(folder(shuffled(left, random.Random(seed))), folder(shuffled(right, random.Random(seed)))))
        for seed in range(10)
    }
    assert len(outputs) == 1
