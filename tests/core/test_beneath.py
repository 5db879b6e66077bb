"""What is below a folder is opened without following a link, with openat2 and without it."""

from __future__ import annotations

import ctypes
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from chemigram_core.durable import beneath
from chemigram_core.errors import NotAFile
from chemigram_core.image.errors import ImageUnavailable
from chemigram_core.image.location import open_image
from chemigram_core.image.raw_folder import Image
from chemigram_core.shoot.sidecar_file import UnusableSidecar, read_file


@pytest.fixture(params=[True, False], ids=["openat2", "part by part"], autouse=True)
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of opening, whatever this kernel has."""
    if request.param and not beneath.has_openat2():
        pytest.skip("this kernel has no openat2")
    monkeypatch.setattr(beneath, "has_openat2", lambda: request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A file two folders down; links to it, to its folder and to what is outside; a fifo."""
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "file").write_bytes(b"inside")
    (tmp_path / "secret").write_bytes(b"outside")
    (root / "a" / "link").symlink_to("b")
    (root / "a" / "out").symlink_to(tmp_path)
    (root / "a" / "b" / "link").symlink_to("file")
    os.mkfifo(root / "a" / "b" / "fifo")
    return root


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_file_below_is_opened(root: Path) -> None:
    descriptor = beneath.open_file(root, "a", "b", "file")
    assert os.read(descriptor, 10) == b"inside"
    os.close(descriptor)
    assert beneath.stat_below(root, "a", "b", "file").st_size == 6


def test_openat2_is_used_only_where_the_kernel_has_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beneath.has_openat2()
    really, calls = beneath._syscall, []

    def noted(number: object, folder: int, path: bytes, *how: object) -> Any:
        calls.append(path)
        return really(number, folder, path, *how)

    monkeypatch.setattr(beneath, "_syscall", noted)
    os.close(beneath.open_file(root, "a", "b", "file"))
    assert calls == ([f"{root}/a/b/file".encode()] if beneath.has_openat2() else [])


@pytest.mark.parametrize("error", [38, 1], ids=["ENOSYS", "EPERM"])
def test_refused_openat2_is_tried_once(error: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    calls = []

    def refused(*_: object) -> int:
        calls.append(error)
        ctypes.set_errno(error)
        return -1

    monkeypatch.setattr(beneath, "_syscall", refused)
    beneath.has_openat2.cache_clear()
    try:
        assert [beneath.has_openat2() for _ in range(3)] == [False] * 3
        assert len(calls) == 1
    finally:
        beneath.has_openat2.cache_clear()


@pytest.mark.parametrize("flags", [beneath.FILE, beneath.FOLDER, os.O_PATH])
@pytest.mark.parametrize(
    ("parts", "condition"),
    [
        (("a", "b", "missing"), FileNotFoundError),
        (("missing", "b", "file"), FileNotFoundError),
        (("a", "b", "file", "x"), NotADirectoryError),
        (("a", "link", "file"), NotADirectoryError),
        (("a", "out", "secret"), NotADirectoryError),
        (("a", "..", "..", "secret"), FileNotFoundError),
        (("..", "secret"), FileNotFoundError),
        (("a", "b", ".."), FileNotFoundError),
        (("..",), FileNotFoundError),
        (("a/b", "file"), FileNotFoundError),
        (("a/b/file",), FileNotFoundError),
        (("", "etc"), FileNotFoundError),
        (("a", "", "b"), FileNotFoundError),
    ],
)
def test_links_and_parent_steps_are_refused(
    root: Path, parts: tuple[str, ...], condition: type[OSError], flags: int
) -> None:
    before = descriptors()
    with pytest.raises(condition):
        beneath.open_below(root, parts, flags)
    assert descriptors() == before


@pytest.mark.parametrize("name", ["link", "fifo"])
def test_only_regular_files_are_opened_to_read(root: Path, name: str) -> None:
    before = descriptors()
    with pytest.raises(NotAFile):
        beneath.open_file(root, "a", "b", name)
    with pytest.raises(NotAFile):
        beneath.open_file(root, "a", "b")
    assert descriptors() == before


@pytest.mark.parametrize("kind", ["fifo", "device", "folder"])
def test_devices_and_fifos_outside_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Sidecars and images may be links to anything, and opening a device may rewind a tape."""
    os.mkfifo(fifo := tmp_path / "fifo")
    kinds: dict[str, Path] = {"fifo": fifo, "device": Path("/dev/null"), "folder": tmp_path}
    (link := tmp_path / "a.tif.xmp").symlink_to(kinds[kind])
    monkeypatch.setattr(beneath, "_regular", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(NotAFile):
        beneath.open_regular(link)
    with pytest.raises(UnusableSidecar, match="not an ordinary file"):
        read_file(link, 0)
    with pytest.raises(ImageUnavailable, match="not a regular file"):
        open_image(Image("a.tif", link, str(link)))


def test_stat_of_a_link_is_the_links_own(root: Path) -> None:
    assert stat.S_ISLNK(beneath.stat_below(root, "a", "link").st_mode)
    with pytest.raises(NotADirectoryError):
        beneath.open_below(root, ("a", "link"), beneath.FOLDER)


def test_root_may_be_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert beneath.stat_below(tmp_path / "alias", "a", "b", "file").st_size == 6
    with pytest.raises(NotADirectoryError):
        beneath.open_below(tmp_path / "alias", ("a", "out", "secret"), beneath.FILE)
