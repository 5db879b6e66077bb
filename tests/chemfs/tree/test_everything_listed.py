"""Everything that a mount lists can be stat'ed, whatever is wrong with the repository; damage is an error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chemfs.tree.nodes import Entry, Folder
from chemigram_core.errors import StoreFailed
from chemigram_core.names import BranchName, MaskName, TagName
from chemigram_core.operations.refs import checkout, create_branch, create_tag
from chemigram_core.operations.save import save_xmp
from chemigram_core.refs.head import Detached
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import mask, picture, sidecar
from tests.support.by_path import ByPath
from tests.support.memory import forget_everything


def fresh(folder: Path) -> Repository:
    return Repository.init(folder / "repository")


def with_image(folder: Path) -> Repository:
    return Repository.init(folder / "repository", picture(folder / "a.tif"))


def saved(folder: Path) -> Repository:
    repository = with_image(folder)
    save_xmp(repository, MAIN, sidecar(1), mask_files={MaskName("sky"): mask(1)})
    save_xmp(repository, MAIN, sidecar(2))
    create_branch(repository, BranchName("deep/warm"))
    create_tag(repository, TagName("v1"))
    return repository


def detached(folder: Path) -> Repository:
    repository = saved(folder)
    checkout(repository, Detached(repository.tip(MAIN)))
    return repository


def dangling_image(folder: Path) -> Repository:
    repository = saved(folder)
    (folder / "a.tif").unlink()
    return repository


def damaged(suffix: str) -> Callable[[Path], Repository]:
    def damage(folder: Path) -> Repository:
        repository = saved(folder)
        for path in repository.root.glob(f"objects/*/*{suffix}"):
            path.write_bytes(b"damaged")
        return repository

    return damage


def missing_objects(folder: Path) -> Repository:
    repository = saved(folder)
    for path in repository.root.glob("objects/*/*"):
        path.unlink()
    return repository


def without(name: str, make: Callable[[Path], None] = lambda _: None) -> Callable[[Path], Repository]:
    def remove(folder: Path) -> Repository:
        repository = saved(folder)
        path = repository.root / name
        path.rename(folder / "removed")
        make(path)
        return repository

    return remove


def with_something(name: str, make: Callable[[Path], None]) -> Callable[[Path], Repository]:
    def add(folder: Path) -> Repository:
        repository = saved(folder)
        path = repository.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)
        return repository

    return add


def link(path: Path) -> None:
    path.symlink_to("/nowhere")


def garbage(path: Path) -> None:
    path.write_bytes(b"no such thing\n")


def identifiers(path: Path) -> None:
    path.write_bytes(b"x" * 65)


STATES: dict[str, Callable[[Path], Repository]] = {
    "fresh": fresh,
    "with an image": with_image,
    "saved": saved,
    "detached": detached,
    "dangling image": dangling_image,
    "damaged snapshots": damaged(".xmp"),
    "damaged masks": damaged(".png"),
    "missing objects": missing_objects,
    "no log": without("log.jsonl"),
    "log a link": without("log.jsonl", link),
    "log a folder": without("log.jsonl", Path.mkdir),
    "no registry": without("masks/registry.json"),
    "HEAD garbage": without("HEAD", garbage),
    "branch a link": without("refs/heads/main", link),
    "branch garbage": without("refs/heads/main", garbage),
    "tag a fifo": without("refs/tags/v1", os.mkfifo),
    "tag garbage": without("refs/tags/v1", garbage),
    "no raw": without("raw"),
    "raw a link": without("raw", link),
    "image a folder": without("raw/a.tif", Path.mkdir),
    "two images": with_something("raw/b.tif", garbage),
    "rejected empty": with_something("rejected", lambda path: path.mkdir(exist_ok=True)),
    "rejected a link": with_something("rejected", link),
    "folder in rejected": with_something("rejected/folder", Path.mkdir),
    "link in rejected": with_something("rejected/link", link),
    "fifo in rejected": with_something("rejected/fifo", os.mkfifo),
    "fifo in scratch": with_something("scratch/main/fifo", os.mkfifo),
    "link in scratch": with_something("scratch/main/link", link),
    "masks in scratch": with_something("scratch/main/masks/sky.png", garbage),
    "image in scratch": with_something("scratch/main/a.tif", garbage),
    "XMP in scratch": with_something("scratch/main/image.xmp", garbage),
    "scratch a link": with_something("scratch", link),
    "alien among branches": with_something("refs/heads/desktop.ini", identifiers),
    "alien among objects": with_something("objects/00/desktop.ini", garbage),
}

DAMAGED = {
    "damaged snapshots",
    "missing objects",
    "log a link",
    "log a folder",
    "HEAD garbage",
    "branch a link",
    "branch garbage",
    "tag garbage",
}


def unseen(folder: Folder, damage: tuple[type[Exception], ...], path: str = "") -> Iterator[str]:
    """The names that are listed and can't be looked at, with the reason."""
    entries: list[Entry] = []
    with suppress(*damage):
        entries += folder.entries()
    for name, kind in entries:
        try:
            node = folder.lookup(name)
            node.stat()
        except damage:
            continue
        except Exception as error:
            yield f"{path}/{name}: {error!r}"
            continue
        if node.kind != kind:
            yield f"{path}/{name}: {node.kind!r}"
        elif isinstance(node, Folder):
            yield from unseen(node, damage, f"{path}/{name}")
    if len({entry.name for entry in entries}) < len(entries):
        yield f"{path}: {[entry.name for entry in entries]}"


@pytest.mark.parametrize("state", STATES)
def test_everything_that_is_listed_can_be_looked_at(tmp_path: Path, state: str) -> None:
    repository = STATES[state](tmp_path)
    forget_everything()
    damage = (StoreFailed, OSError) if state in DAMAGED else ()
    assert list(unseen(ByPath(repository.root).tree.root, damage)) == []
