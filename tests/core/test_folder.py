"""Files of a repository are replaced whole, and nothing in its folders leads elsewhere."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chemigram_core.durable.folder import Folder
from chemigram_core.durable.replacement import TEMPORARY_PREFIX
from chemigram_core.errors import NotAFile


def append(folder: Folder, name: str, data: bytes) -> None:
    with folder.append(name, data) as appended:
        appended.sync()


def test_a_file_is_replaced_whole_and_leaves_no_temporary(tmp_path: Path) -> None:
    with Folder.make(tmp_path, "a", "b") as folder:
        folder.write("file", b"old")
        folder.write("file", b"new")
    assert (tmp_path / "a/b/file").read_bytes() == b"new"
    assert os.listdir(tmp_path / "a/b") == ["file"]


def test_a_write_that_fails_leaves_the_old_file_and_no_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with Folder.make(tmp_path) as folder:
        folder.write("file", b"old")
        monkeypatch.setattr(os, "write", no_room)
        with pytest.raises(OSError, match="No space"):
            folder.write("file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_an_append_that_fails_adds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: int) -> None:
        raise OSError(5, "Input/output error")

    with Folder.make(tmp_path) as folder:
        append(folder, "log", b"one\n")
        monkeypatch.setattr(os, "fsync", failing)
        with pytest.raises(OSError, match="Input/output"):
            append(folder, "log", b"two\n")
    assert (tmp_path / "log").read_bytes() == b"one\n"


def test_symlink_in_place_of_a_folder_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(NotADirectoryError):
        Folder.enter(tmp_path, "link")
    with pytest.raises(NotADirectoryError):
        Folder.make(tmp_path, "link", "below")
    assert not os.listdir(tmp_path / "elsewhere")


@pytest.mark.parametrize("kind", ["symlink", "fifo", "folder"])
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    (tmp_path / "secret").write_text("secret")
    make = {
        "symlink": lambda path: path.symlink_to("secret"),
        "fifo": os.mkfifo,
        "folder": Path.mkdir,
    }
    make[kind](tmp_path / "thing")
    with Folder.enter(tmp_path) as folder, pytest.raises(NotAFile):
        folder.read("thing")


def test_a_write_over_a_symlink_replaces_the_link(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("safe")
    (tmp_path / "file").symlink_to("outside")
    with Folder.enter(tmp_path) as folder:
        folder.write("file", b"new")
    assert (tmp_path / "outside").read_text() == "safe"
    assert (tmp_path / "file").read_bytes() == b"new"


def test_an_append_does_not_follow_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("safe")
    (tmp_path / "log").symlink_to("outside")
    with Folder.enter(tmp_path) as folder, pytest.raises(OSError, match="symbolic links"):
        append(folder, "log", b"line\n")
    assert (tmp_path / "outside").read_text() == "safe"


NO_NAMES = ["", ".", "..", "../outside", "a/../../outside", "/etc/passwd", "sub/file", "a\0b"]
USES: dict[str, Callable[[Folder, str], object]] = {
    "stat": Folder.stat,
    "open": Folder.open,
    "read": Folder.read,
    "write": lambda folder, name: folder.write(name, b"x"),
    "link": lambda folder, name: folder.link_symbolically("x", name),
    "append": lambda folder, name: append(folder, name, b"x"),
    "truncate": lambda folder, name: folder.truncate(name, 0),
    "replace": lambda folder, name: folder.replace(name, "other"),
    "replace by": lambda folder, name: folder.replace("file", name),
    "set aside": Folder.set_aside,
    "remove": Folder.remove,
    "remove a folder": Folder.remove_folder,
}


def contents(root: Path) -> dict[str, str]:
    return {str(path): path.read_text() if path.is_file() else "" for path in root.rglob("*")}


@pytest.fixture
def inner(tmp_path: Path) -> Path:
    """A folder with a file, a folder and something outside to be reached."""
    (tmp_path / "inner" / "sub").mkdir(parents=True)
    for name in ("outside", "inner/file", "inner/sub/file"):
        (tmp_path / name).write_text("mine")
    return tmp_path / "inner"


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("use", USES)
def test_no_name_leads_out_of_a_folder(inner: Path, use: str, name: str) -> None:
    before = contents(inner.parent)
    with Folder.enter(inner) as folder, pytest.raises(FileNotFoundError):
        USES[use](folder, name)
    assert contents(inner.parent) == before


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("way", [Folder.enter, Folder.make, Folder.make_durable])
def test_no_part_of_a_path_leads_out_of_a_folder(inner: Path, way: Callable[..., Folder], name: str) -> None:
    before = contents(inner.parent)
    for parts in ((name,), ("sub", name), (name, "sub")):
        with pytest.raises(FileNotFoundError):
            way(inner, *parts)
    assert contents(inner.parent) == before


@pytest.mark.parametrize("call", ["open", "symlink"])
def test_failed_cleanup_does_not_hide_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """If the copy could not even be created, there is nothing to remove."""
    (tmp_path / "log").write_bytes(b"one")
    (tmp_path / "copy").hardlink_to(tmp_path / "log")
    real = getattr(os, call)

    def full(*arguments: Any, **options: Any) -> Any:
        if any(str(argument).startswith(TEMPORARY_PREFIX) for argument in arguments):
            raise OSError(errno.ENOSPC, "full")
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, full)
    with Folder.enter(tmp_path) as folder, pytest.raises(OSError, match="full"):
        folder.append("log", b"two") if call == "open" else folder.link_symbolically("x", "y")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "log"]
