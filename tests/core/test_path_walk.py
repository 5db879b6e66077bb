"""Paths are followed name by name, as the system follows them, and never into a barred place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chemigram_core.durable.path_walk import Barred, without_links

NAMES = st.sampled_from(["a", "b", "c", "up", "down", "..", ".", "file", "none", "circle"])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders, files and links: up, down and in a circle."""
    root = tmp_path_factory.mktemp("tree").resolve()
    for folder in ("a/b/c", "b/c", "c"):
        (root / folder).mkdir(parents=True)
        (root / folder / "file").touch()
        (root / folder / "circle").symlink_to("circle")
        (root / folder / "up").symlink_to("..")
        (root / folder / "down").symlink_to(root / "a/b")
    return root


@given(names=st.lists(NAMES, max_size=6))
@settings(max_examples=300, deadline=None)
def test_paths_resolve_as_the_system_does(tree: Path, names: list[str]) -> None:
    path = "/".join((str(tree), *names))
    try:
        expected = os.path.realpath(path, strict=True)
    except OSError as error:
        with pytest.raises(type(error)):
            without_links(path, ())
    else:
        assert without_links(path, ()) == expected


@pytest.mark.parametrize("path", ["a/b", "a/b/c/file", "c/down/file", "c/up/a/b/none", "a/b/.."])
def test_barred_place_is_not_accessed(tree: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    readlink = os.readlink

    def asking(name: str) -> str:
        asked.append(name)
        return readlink(name)

    monkeypatch.setattr(os, "readlink", asking)
    with pytest.raises(Barred):
        without_links(f"{tree}/{path}", {f"{tree}/a/b"})
    assert not [name for name in asked if name.startswith(f"{tree}/a/b")]
