"""Locks and watches on the files of a branch, by programs that write there at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from inotify_simple import INotify, flags

from tests.mounted.conftest import Mounted
from tests.support.builders import mask, saves, sidecar

pytestmark = pytest.mark.needs_fuse

TIMES = 8
# Counts up in a file, a read and a write each, which only works if nobody else does so meanwhile. What a descriptor
# reads is what it was opened on, so the file is opened again under the lock.
COUNT_UP = """
import fcntl, re, sys
take = {"flock": fcntl.flock, "lockf": fcntl.lockf}[sys.argv[1]]
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[3])):
    with open(sys.argv[2], "r+b") as lock:
        take(lock, fcntl.LOCK_EX)
        with open(sys.argv[2], "rb") as file:
            data = file.read()
        number = int(re.search(rb'import_timestamp="(\\d+)"', data)[1]) + 1
        data = re.sub(rb'import_timestamp="\\d+"', b'import_timestamp="%d"' % number, data)
        data = re.sub(rb'Rating="\\d"', b'Rating="%d"' % (number % 5), data)
        with open(sys.argv[2], "wb") as file:
            file.write(data)
"""
HOLD = """
import fcntl, sys
with open(sys.argv[2], "r+b") as file:
    {"flock": fcntl.flock, "lockf": fcntl.lockf}[sys.argv[1]](file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
"""
TRY = """
import fcntl, sys
with open(sys.argv[2], "r+b") as file:
    try:
        {"flock": fcntl.flock, "lockf": fcntl.lockf}[sys.argv[1]](file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("free")
    except BlockingIOError:
        print("locked")
"""


def start(code: str, *arguments: str | Path | int) -> subprocess.Popen[str]:
    """A program that has said that it is ready, and waits for a line."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline()
    return program


def go_on(program: subprocess.Popen[str]) -> None:
    assert program.stdin is not None
    program.stdin.write("\n")
    program.stdin.close()


def try_lock(how: str, path: Path) -> str:
    done = subprocess.run([sys.executable, "-c", TRY, how, path], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def branch(mount: Mounted) -> Path:
    (mount.branch / "image.xmp").write_bytes(sidecar(1))
    (mount.branch / "masks" / "sky.png").write_bytes(mask(1))
    (mount.branch / "notes").write_bytes(b"text")
    (mount.branch / "second").hardlink_to(mount.branch / "notes")
    return mount.branch


@pytest.mark.parametrize("how", ["flock", "lockf"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("image.xmp", "image.xmp"),
        ("image.xmp", "a.tif.xmp"),
        ("image.xmp", "../../roll/a.tif.xmp"),
        ("../../roll/a.tif.xmp", "a.tif.xmp"),
        ("masks/sky.png", "masks/sky.png"),
        ("notes", "second"),
    ],
)
def test_lock_holds_for_every_name_and_inode_of_a_file(branch: Path, how: str, one: str, other: str) -> None:
    holder = start(HOLD, how, branch / one)
    assert try_lock(how, branch / other) == "locked"
    if other.endswith(".xmp"):
        (branch / other).write_bytes(sidecar(3))  # another content, in an inode of its own
        assert try_lock(how, branch / one) == "locked"
    go_on(holder)
    assert holder.wait(20) == 0
    assert try_lock(how, branch / other) == "free"


@pytest.mark.parametrize("how", ["flock", "lockf"])
@pytest.mark.parametrize("other", ["image.xmp", "a.tif.xmp"])
def test_programs_locking_a_sidecar_lose_no_change(mount: Mounted, branch: Path, how: str, other: str) -> None:
    before = len(saves(mount.repository))
    programs = [start(COUNT_UP, how, branch / name, TIMES) for name in ("image.xmp", other)]
    for program in programs:
        go_on(program)
    assert [program.wait(60) for program in programs] == [0, 0]
    assert len(saves(mount.repository)) == before + 2 * TIMES


@pytest.mark.parametrize("save", ["cp new image.xmp", "cp new branch-new && mv branch-new image.xmp"])
def test_watch_on_the_folder_reports_each_save(branch: Path, tmp_path: Path, save: str) -> None:
    """One on the file does not: each content of it is an inode of its own."""
    (tmp_path / "new").write_bytes(sidecar(7))
    with INotify() as watch:
        watch.add_watch(branch, flags.CLOSE_WRITE | flags.MOVED_TO)
        subprocess.run(["sh", "-c", save.replace("cp new", f"cp {tmp_path}/new")], check=True, cwd=branch)
        told = [event.name for event in watch.read(timeout=10_000, read_delay=500)]
    assert told[-1] == "image.xmp"
