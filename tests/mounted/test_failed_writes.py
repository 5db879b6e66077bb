"""Writes that fail on a real mount, also those that only a mapping makes: close says so, and the tip stays."""

from __future__ import annotations

import mmap
import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.mounted.conftest import Mounted
from tests.support.builders import mask, saves, sidecar
from tests.support.injected_faults import Fault, injected

pytestmark = [pytest.mark.needs_fuse, pytest.mark.needs_program("strace")]

BLOCK = 512
PATHS = ["image.xmp", "a.tif.xmp", "masks/sky.png"]


def contents(path: str) -> tuple[bytes, bytes]:
    """What is in a file, and what is to be written over it, of one size."""
    if path.endswith(".png"):
        return mask(1, size=(99, 50), compress_level=0), mask(2, size=(99, 50), compress_level=0)
    return sidecar(1, entries=20), sidecar(2, entries=20)


def prepare(mount: Mounted, path: str) -> None:
    (mount.branch / "image.xmp").write_bytes(contents("image.xmp")[0])
    (mount.branch / path).write_bytes(contents(path)[0])


def kept(mount: Mounted, count: int) -> list[bytes]:
    """The refused files; what a close without an error leaves comes a moment later."""
    folder, deadline = mount.repository.root / "rejected", time.monotonic() + 5
    while len(found := [path for path in folder.glob("*") if not path.name.endswith(".reason.txt")]) != count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return [path.read_bytes() for path in found]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_writing_in_place_after_a_failed_write_saves_no_mixture(
    mount: Mounted, tmp_path: Path, path: str, error: str
) -> None:
    prepare(mount, path)
    before, shown = saves(mount.repository), (mount.branch / path).read_bytes()
    new = contents(path)[1]
    descriptor, failures = os.open(mount.branch / path, os.O_RDWR), 0
    with injected(Fault("pwrite64", error, 2), mount.daemon.pid, tmp_path / "strace") as injection:
        for start in range(0, len(new), BLOCK):
            try:
                os.pwrite(descriptor, new[start : start + BLOCK], start)
            except OSError:
                failures += 1
        with pytest.raises(OSError):
            os.close(descriptor)
    assert injection.was_hit
    assert failures
    assert len(kept(mount, 1)[0]) == len(new)
    assert (saves(mount.repository), (mount.branch / path).read_bytes()) == (before, shown)


def test_failed_writeback_of_a_mapping_is_reported_and_not_saved(mount: Mounted, tmp_path: Path) -> None:
    prepare(mount, "image.xmp")
    before = saves(mount.repository)
    descriptor = os.open(mount.branch / "image.xmp", os.O_RDWR)
    mapping = mmap.mmap(descriptor, 0)
    with injected(Fault("pwrite64", "EIO", 1), mount.daemon.pid, tmp_path / "strace") as injection:
        mapping[:] = mapping[:].replace(b'Rating="1"', b'Rating="4"')
        with pytest.raises(OSError):
            mapping.flush()
        with pytest.raises(OSError):
            os.close(descriptor)
    mapping.close()
    assert injection.was_hit
    kept(mount, 1)
    assert saves(mount.repository) == before


def test_failed_sync_is_reported_by_close_too(mount: Mounted, tmp_path: Path) -> None:
    prepare(mount, "image.xmp")
    before = saves(mount.repository)
    descriptor = os.open(mount.branch / "image.xmp", os.O_WRONLY | os.O_TRUNC)
    with injected(Fault("fsync", "EIO", 1), mount.daemon.pid, tmp_path / "strace"), pytest.raises(OSError):
        os.write(descriptor, contents("image.xmp")[1])  # now: starting strace closed a copy of the descriptor
        os.fsync(descriptor)
    with pytest.raises(OSError, match="Input/output"):
        os.close(descriptor)
    assert kept(mount, 1) == [contents("image.xmp")[1]]
    assert saves(mount.repository) == before


@pytest.mark.parametrize("path", PATHS)
def test_file_too_large_for_a_state_fails_in_cp_and_is_not_saved(mount: Mounted, tmp_path: Path, path: str) -> None:
    """Its beginning is a whole file, and the rest beyond the limit is not."""
    prepare(mount, path)
    before = saves(mount.repository)
    large = tmp_path / "large"
    large.write_bytes(contents(path)[1])
    os.truncate(large, 1 << 30)
    copied = subprocess.run(["cp", large, mount.branch / path], check=False, capture_output=True, text=True)
    assert copied.returncode == 1
    assert "too large" in copied.stderr
    assert saves(mount.repository) == before
    (save,) = mount.repository.rejected.all()
    assert "larger than any valid file" in save.reason
