"""Many who save on one branch at once: each acknowledged save is a snapshot, in one line of descent."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from chemigram_core.repository import Repository
from tests.mounted.conftest import Mounted, mount_repository
from tests.support.builders import picture, saves, sidecar

ROOT = Path(__file__).parents[2]
LIMIT_S = 240

# Half of the writers save in place, half by a temporary and a rename.
_WRITER = """
import os, sys
from chemigram_core.sidecar import parse
from pathlib import Path
from tests.support.builders import sidecar
branch, number, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for save in range(count):
    name = "image.xmp" if number % 2 else f"draft-{number}"
    (branch / name).write_bytes(sidecar(1 + number * 1000 + save))
    if name != "image.xmp":
        os.replace(branch / name, branch / "image.xmp")
"""
_READER = """
import os, sys
from chemigram_core.sidecar import parse
while True:
    descriptor = os.open(sys.argv[1], os.O_RDONLY)
    size = os.fstat(descriptor).st_size
    data = os.read(descriptor, size)
    assert len(data) == size and not os.read(descriptor, 1)
    os.close(descriptor)
    parse(data)
    assert os.stat(sys.argv[1]).st_size > 0
"""

pytestmark = pytest.mark.needs_fuse


def python(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT)


def writers(branch: Path, numbers: Iterable[int], count: int) -> list[subprocess.Popen[bytes]]:
    return [python(_WRITER, branch, number, count) for number in numbers]


def check_descent(repository: Repository, count: int) -> None:
    """So many saves, each the child of the one before, and each there to be read."""
    entries = [entry for entry in repository.log.entries() if entry.op == "snapshot"]
    assert len(saves(repository)) == len(entries) == count
    assert [entry.parent for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert entries[-1].hash == repository.resolve("main")
    for digest in saves(repository):
        repository.state(digest)


def test_eight_programs_save_a_hundred_times_each_while_others_read(mount: Mounted) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    reader = python(_READER, mount.branch / "image.xmp")
    try:
        assert {writer.wait(LIMIT_S) for writer in writers(mount.branch, range(8), 100)} == {0}
        assert reader.poll() is None
    finally:
        reader.kill()
        reader.wait()
    check_descent(mount.repository, 1 + 8 * 100)


def test_two_mounts_of_a_repository(mount: Mounted) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    other = mount_repository(mount.repository.root, mount.path.parent / "other")
    try:
        processes = [*writers(mount.branch, range(3), 20), *writers(other.branch, range(3, 6), 20)]
        assert {process.wait(LIMIT_S) for process in processes} == {0}
        assert (mount.branch / "image.xmp").read_bytes() == (other.branch / "image.xmp").read_bytes()
    finally:
        other.unmount()
    check_descent(mount.repository, 1 + 6 * 20)


def test_a_mount_and_the_command_line(mount: Mounted, tmp_path: Path) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    processes = writers(mount.branch, range(2), 30)
    for number in range(8):
        (tmp_path / "new.xmp").write_bytes(sidecar(100_000 + number))
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "chemfs",
            "snapshot",
            mount.repository.root,
            tmp_path / "new.xmp",
        ]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    assert {process.wait(LIMIT_S) for process in processes} == {0}
    check_descent(mount.repository, 1 + 2 * 30 + 8)


def test_concurrently_saved_mask_is_not_lost(mount: Mounted, tmp_path: Path) -> None:
    (mount.branch / "image.xmp").write_bytes(sidecar())
    processes = writers(mount.branch, range(2), 20)
    large = picture(tmp_path / "large.png", (1500, 1000)).read_bytes()
    (mount.branch / "masks" / "large.png").write_bytes(large)
    assert {process.wait(LIMIT_S) for process in processes} == {0}
    assert (mount.branch / "masks" / "large.png").read_bytes() == large
    check_descent(mount.repository, 1 + 2 * 20 + 1)
