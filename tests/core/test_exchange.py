"""Replacing a file of another program loses nothing that the program writes just then."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chemigram_core.durable import exchange as module
from chemigram_core.durable.exchange import exchange

LIMIT_SECONDS = 20.0


def write(path: Path) -> None:
    path.write_bytes(b"written just now")


def replace(path: Path) -> None:
    path.with_name("other").write_bytes(b"written just now")
    path.with_name("other").replace(path)


@pytest.mark.parametrize("act", [write, replace])
@pytest.mark.parametrize("before", [b"old", None])
def test_write_between_check_and_exchange_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None, act: Callable[[Path], None]
) -> None:
    path, look = tmp_path / "a.xmp", module._holds
    if before is not None:
        path.write_bytes(before)

    def look_first(path: Path, before: bytes | None) -> bool:
        monkeypatch.setattr(module, "_holds", look)
        found = look(path, before)
        act(path)
        return found

    monkeypatch.setattr(module, "_holds", look_first)
    assert not exchange(path, before, b"new")
    assert path.read_bytes() == b"written just now"
    assert [file.name for file in tmp_path.iterdir()] == ["a.xmp"]


@pytest.mark.parametrize("before", [b"old", None])
def test_filesystem_without_exchange_falls_back_to_rename(
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


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xmp")
    with ThreadPoolExecutor(1) as others:
        done = others.submit(exchange, tmp_path / "a.xmp", b"old", b"new")
        try:
            assert done.result(LIMIT_SECONDS) is False
        finally:  # a reader that waits for a writer gets one
            os.close(os.open(tmp_path / "a.xmp", os.O_RDWR | os.O_NONBLOCK))
    assert [(file.name, file.is_fifo()) for file in tmp_path.iterdir()] == [("a.xmp", True)]


def test_removed_file_is_not_recreated(tmp_path: Path) -> None:
    assert not exchange(tmp_path / "a.xmp", b"old", b"new")
    assert list(tmp_path.iterdir()) == []
