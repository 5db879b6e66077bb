"""compare/: listing it compares nothing, and each file is computed on demand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chemfs.tree import computed_files
from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import File, Folder
from chemigram_core.compare import Comparison
from chemigram_core.digest import Digest
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from chemigram_core.store.objects import Kind, ObjectStore
from tests.support.builders import mask, sidecar
from tests.support.by_path import ByPath

SKY = MaskName("sky")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """The branch before/first, and main one save further; its mask differs."""
    made = Repository.init(tmp_path / "r")
    save_xmp(made, MAIN, sidecar(1), mask_files={SKY: mask(10)})
    create_branch(made, BranchName("before/first"))
    save_xmp(made, MAIN, sidecar(2), mask_files={SKY: mask(99)})
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The computed files of comparisons, and the kinds of opened objects."""
    done: list[str] = []
    compute, open_object = Comparison.read, ObjectStore.open

    def counting_read(self: Comparison, path: str) -> bytes:
        done.append(path)
        time.sleep(0.05)  # others come meanwhile
        return compute(self, path)

    def counting_open(self: ObjectStore, digest: Digest, kind: Kind) -> int:
        if kind is Kind.MASK:
            done.append("a mask")
        return open_object(self, digest, kind)

    monkeypatch.setattr(Comparison, "read", counting_read)
    monkeypatch.setattr(ObjectStore, "open", counting_open)
    yield done


def test_folders_are_looked_up_and_listed_without_computing_anything(repository: Repository, read: list[str]) -> None:
    view = ByPath(repository.root)
    for path, names in (
        ("before", []),
        ("before/first..main", ["changes.md", "changes.json", "image.xmp.diff", "masks", "drawn"]),
        ("before/first..main/masks", ["sky.png"]),
        ("main..before/first/masks", ["sky.png"]),
        ("main..main", ["changes.md", "changes.json", "image.xmp.diff", "drawn"]),
        ("main..main/drawn", []),
    ):
        assert view.names(f"/compare/{path}") == names
    for path in ("main..nosuch", "nosuch", "main..main/masks"):
        with pytest.raises(NotFound):
            view.node(f"/compare/{path}")
    assert "a mask" not in read
    assert not {"changes.md", "changes.json", "image.xmp.diff", "masks/sky.png"} & set(read)


def test_full_name_distinguishes_a_tag_from_a_branch(repository: Repository) -> None:
    create_tag(repository, TagName("before"), "main")
    view = ByPath(repository.root)
    for path in ("main..before", "main..refs/tags/before", "main..refs/heads/before/first", "refs/tags/before..main"):
        assert isinstance(view.node(f"/compare/{path}/changes.md"), File)
    for path in ("main..refs", "main..refs/heads", "refs"):
        assert isinstance(view.node(f"/compare/{path}"), Folder)


def test_concurrent_readers_share_one_computation(repository: Repository, read: list[str]) -> None:
    view = ByPath(repository.root)
    path = "/compare/before/first..main/masks/sky.png"
    with ThreadPoolExecutor(8) as threads:
        sizes = set(threads.map(lambda _: view.node(path).stat().size_bytes, range(8)))
    assert sizes == {len(view.read(path))}
    assert read == ["masks/sky.png", "a mask", "a mask"]


def test_size_is_cached_for_a_file_too_large_to_cache(
    repository: Repository, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computed_files, "_KEPT_BYTES", 10)
    view = ByPath(repository.root)
    path = "/compare/before/first..main/image.xmp.diff"
    sizes = {view.node(path).stat().size_bytes for _ in range(3)}
    assert sizes == {len(view.read(path))}
    assert read.count("image.xmp.diff") == 2  # for the size, and for the reader


def test_folder_cannot_be_opened_as_a_file(repository: Repository) -> None:
    view = ByPath(repository.root)
    for path in ("before", "before/first..main", "before/first..main/masks"):
        assert isinstance(view.node(f"/compare/{path}"), Folder)
    with pytest.raises(NotFound):
        view.node("/compare/before/first..main/nosuch")
