"""A read-only mount rejects changes itself: after a remount the kernel may let them through."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from chemfs.tree.errors import ReadOnly
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar
from tests.support.by_path import ByPath

XMP, NOTES = "/heads/main/image.xmp", "/heads/main/notes.txt"


@pytest.fixture
def view(tmp_path: Path) -> ByPath:
    repository = Repository.init(tmp_path / "repository")
    save_xmp(repository, MAIN, sidecar())
    return ByPath(repository.root, read_only=True)


@pytest.mark.parametrize(("path", "flags"), [(XMP, os.O_RDWR), (XMP, os.O_TRUNC), (NOTES, os.O_CREAT)])
def test_opening_to_write_or_create_is_rejected(view: ByPath, path: str, flags: int) -> None:
    with pytest.raises(ReadOnly):
        view.open(path, flags)


def test_changes_are_rejected(view: ByPath) -> None:
    changes: list[Callable[[], object]] = [
        lambda: view.remove(XMP),
        lambda: view.rename(XMP, NOTES),
        lambda: view.make_folder("/heads/warm"),
        lambda: view.make_folder("/tags/v1"),
        lambda: view.make_link("heads/main", "/tags/v1"),
        lambda: view.make_link("heads/main", "/head"),
        lambda: view.folder("/heads").remove_folder("main"),
        lambda: view.rename("/heads/main", "/heads/warm"),
        lambda: view.truncate(XMP, 0),
        lambda: view.node(XMP).set_mode(0o600),
        lambda: view.node(XMP).set_times((0, 0)),
        lambda: view.node(XMP).check_writable(),
        lambda: view.make_file(NOTES, stat.S_IFREG | 0o644),
    ]
    for change in changes:
        with pytest.raises(ReadOnly):
            change()


def test_everything_can_be_read(view: ByPath) -> None:
    assert view.read(XMP).startswith(b"<x:xm")
