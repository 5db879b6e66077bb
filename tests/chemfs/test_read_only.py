"""A read-only mount refuses by itself: whoever may remount can make the kernel ask."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chemfs.tree.errors import ReadOnly
from chemfs.tree.filesystem import Filesystem
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar

XMP, NOTES = "/heads/main/image.xmp", "/heads/main/notes.txt"


@pytest.fixture
def view(tmp_path: Path) -> Filesystem:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar())
    return Filesystem(repository.root, read_only=True)


@pytest.mark.parametrize(("path", "flags"), [(XMP, os.O_RDWR), (XMP, os.O_TRUNC), (NOTES, os.O_CREAT)])
def test_nothing_is_opened_to_write_or_make(view: Filesystem, path: str, flags: int) -> None:
    with pytest.raises(ReadOnly):
        view.number(path, flags)


def test_nothing_is_changed(view: Filesystem) -> None:
    with pytest.raises(ReadOnly):
        view.changes(XMP)
    with pytest.raises(ReadOnly):
        view.changes_of_two(XMP, NOTES)


def test_all_is_read(view: Filesystem) -> None:
    number = view.number(XMP, os.O_RDONLY)
    assert view.handle(number).read(5, 0) == b"<x:xm"
    view.release(number)
