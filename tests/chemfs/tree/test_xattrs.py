"""Walking a whole tree hashes nothing and decodes no mask; opening a mask that states share checks it once."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chemfs.tree.errors import Unsupported
from chemfs.tree.nodes import NodeKind
from chemigram_core import sidecar as documents
from chemigram_core.masks import png
from chemigram_core.masks.png import pixels
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, sidecar
from tests.support.by_path import ByPath
from tests.support.processes import elsewhere

STATES = 12


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a dozen states that share one mask and have one each of their own, and with a few refs.

    Created by another process, since a process need not read again what it saved itself.
    """
    elsewhere(lambda: make(tmp_path / "repository"))
    return tmp_path / "repository"


def make(root: Path) -> None:
    repository = Repository.init(root)
    shared, own = MaskName("shared"), MaskName("own")
    for number in range(STATES):
        masks = {shared: mask(99), own: mask(number)}
        save_xmp(repository, MAIN, sidecar(number, image=root.parent.name), mask_files=masks)
    create_tag(repository, TagName("v1"))
    create_branch(repository, BranchName("warm"))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of hashes, decoded pictures and parsed XMPs."""
    counts: Counter[str] = Counter()

    def counted(module: object, name: str, what: str) -> None:
        verb: Callable[..., object] = getattr(module, name)

        def count(*arguments: object, **options: object) -> object:
            counts[what] += 1
            return verb(*arguments, **options)

        monkeypatch.setattr(module, name, count)

    counted(hashlib, "sha256", "hashed")
    counted(hashlib, "file_digest", "hashed")
    counted(png, "check", "decoded")
    counted(pixels, "pixels_digest", "decoded")
    counted(documents, "parse", "parsed")
    return counts


def walk(view: ByPath, path: str = "") -> Iterator[str]:
    """Every file, as a file manager finds them: each folder listed, each name looked at, its attributes named.

    It doesn't look into drawn/, which parses.
    """
    for name, kind in view.entries(path):
        view.node(f"{path}/{name}").xattr_names()
        if kind is NodeKind.FOLDER and name != "drawn":
            yield from walk(view, f"{path}/{name}")
        elif kind is NodeKind.FILE:
            yield f"{path}/{name}"


def test_walking_the_whole_tree_hashes_and_decodes_nothing(root: Path, work: Counter[str]) -> None:
    masks = [path for path in walk(ByPath(root)) if path.endswith(".png")]
    assert len(masks) == 2 * (2 * STATES + 4)  # two of each state in snapshots/ and history/, of two branches and a tag
    assert work == {}


def test_opening_all_masks_hashes_each_once_and_decodes_none(root: Path, work: Counter[str]) -> None:
    view = ByPath(root)
    for path in [path for path in walk(view) if path.endswith(".png")]:
        opened = view.open(path)
        assert opened.read(8, 0) == b"\x89PNG\r\n\x1a\n"
        opened.release()
    assert work == {"hashed": 2 * STATES + 1}  # the masks, and the states that say which they are


def test_foreign_attribute_names_cost_nothing(root: Path, work: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    node = ByPath(root).node("/heads/main/image.xmp")
    monkeypatch.delattr(os, "open")
    with pytest.raises(Unsupported):
        node.xattr("security.capability")
    assert work == {}


def test_edit_is_computed_only_on_request(root: Path, work: Counter[str]) -> None:
    view = ByPath(root)
    assert "user.chemfs.edit" in view.node("/heads/main").xattr_names()
    assert work == {}
    assert len(view.node("/heads/main").xattr("user.chemfs.edit")) == 64
    assert work["parsed"] == 1


def test_library_folders_have_no_attributes(root: Path) -> None:
    library = ByPath(root.parent)
    assert library.node("/").xattr_names() == library.node("/README.txt").xattr_names() == []
    assert library.node("/repository/heads/main").xattr("user.chemfs.snapshot")
