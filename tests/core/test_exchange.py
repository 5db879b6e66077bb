"""Replacing a file of another program loses nothing that the program writes just then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chemigram_core.durable import exchange as module
from chemigram_core.durable.exchange import exchange


def write(path: Path) -> None:
    path.write_bytes(b"written just now")


def replace(path: Path) -> None:
    path.with_name("other").write_bytes(b"written just now")
    path.with_name("other").replace(path)


@pytest.mark.parametrize("act", [write, replace])
@pytest.mark.parametrize("before", [b"old", None])
def test_what_is_written_between_the_look_and_the_rename_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None, act: Callable[[Path], None]
) -> None:
    path, look = tmp_path / "a.xmp", module._bytes
    if before is not None:
        path.write_bytes(before)

    def look_first(path: Path) -> bytes | None:
        monkeypatch.setattr(module, "_bytes", look)
        found = look(path)
        act(path)
        return found

    monkeypatch.setattr(module, "_bytes", look_first)
    assert not exchange(path, before, b"new")
    assert path.read_bytes() == b"written just now"
    assert [file.name for file in tmp_path.iterdir()] == ["a.xmp"]


@pytest.mark.parametrize("before", [b"old", None])
def test_a_filesystem_that_can_not_exchange_files_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(module, "_rename", refuse)
    path = tmp_path / "a.xmp"
    if before is not None:
        path.write_bytes(before)
    assert exchange(path, before, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.xmp", b"new")]


def test_a_file_that_went_away_is_not_made(tmp_path: Path) -> None:
    assert not exchange(tmp_path / "a.xmp", b"old", b"new")
    assert list(tmp_path.iterdir()) == []
