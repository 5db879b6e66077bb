"""A tree in memory on a real mount, by both ways of mounting, used by real programs."""

from __future__ import annotations

import errno
import mmap
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chemfs.mount import fusermount
from chemfs.mount.errors import FuseUnavailable, MountFailed
from tests.support.memory_mount import LIMIT_SECONDS, MemoryMount, memory_mount

pytestmark = pytest.mark.needs_fuse
WAYS = [pytest.param("libfuse", marks=pytest.mark.needs_libfuse2), "fusermount"]

LOCKER = """
import fcntl, os, sys
how, name, mode = sys.argv[1:4]
file = open(name, mode)
lock = fcntl.flock if how == "flock" else fcntl.lockf
kind = fcntl.LOCK_SH if mode == "rb" else fcntl.LOCK_EX
print("asking", flush=True)
lock(file, kind | (fcntl.LOCK_NB if "nb" in sys.argv else 0))
print("locked", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def mount(way: str, tmp_path: Path) -> Iterator[MemoryMount]:
    with memory_mount(way, tmp_path) as mounted:
        yield mounted


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def said(process: subprocess.Popen[str]) -> str:
    """The next line of a program's output."""
    assert process.stdout
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> int:
    """Let a program that holds a lock end; returns its exit status."""
    process.communicate("\n", timeout=LIMIT_SECONDS)
    return process.returncode


def mountinfo(place: Path) -> list[str]:
    """The mountinfo line of a mount, without the fields that differ from mount to mount."""
    lines = (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines())
    (found,) = [line for line in lines if line[4] == str(place)]
    return [*found[3:4], *found[5:6], *found[found.index("-") + 1 :]]


@pytest.mark.needs_libfuse2
def test_both_ways_give_the_same_mount(tmp_path: Path) -> None:
    found = []
    for way in ("libfuse", "fusermount"):
        (tmp_path / way).mkdir()
        with memory_mount(way, tmp_path / way) as mount:
            listing = mount.run("find", ".", "-printf", "%P %y %m %s %U %G %n %T@\n").stdout.splitlines()
            content = mount.run("sh", "-c", "cat fixed/* versioned/* | sha256sum").stdout
            found.append((mountinfo(mount.path), sorted(listing), content))
    assert found[0] == found[1]
    info = found[0][0]
    assert info[2:4] == ["fuse.chemfs", "chemfs"]
    assert {"rw", "nosuid", "nodev", "noexec"} <= set(info[1].split(","))
    assert {f"user_id={os.getuid()}", f"group_id={os.getgid()}"} <= set(info[4].split(","))


def test_programs_look_around(mount: MemoryMount) -> None:
    assert mount.run("cat", "fixed/001.txt").stdout == b"1\n" * 1000
    assert mount.run("ls", "-lR").stdout.count(b".txt") == 51
    assert len(mount.run("find", ".", "-type", "f").stdout.splitlines()) == 54
    assert mount.run("cat", "link").stdout == b"1\n" * 1000
    assert mount.run("cmp", "fixed/large.bin", "fixed/large.bin").returncode == 0
    with pytest.raises(FileNotFoundError):
        (mount.path / "fixed" / "nothing").stat()


def test_missing_name_is_cached_where_its_folder_allows(mount: MemoryMount) -> None:
    for folder, calls in (("fixed", 1), ("files", 5)):
        before = mount.calls("missing")
        for _ in range(5):
            assert not (mount.path / folder / "nothing").exists()
        assert mount.calls("missing") - before == calls


def test_fixed_file_is_read_once_and_never_flushed(mount: MemoryMount) -> None:
    for _ in range(5):
        mount.run("cat", "fixed/001.txt")
    assert (mount.calls("read"), mount.calls("flush")) == (1, 0)


def test_folders_are_listed_when_they_are_read(mount: MemoryMount) -> None:
    before = mount.calls("list")
    descriptor = os.open(mount.path / "fixed", os.O_RDONLY)
    assert mount.calls("list") == before
    os.listdir(descriptor)
    assert mount.calls("list") == before + 1
    os.close(descriptor)


def test_files_are_written_in_all_the_usual_ways(mount: MemoryMount) -> None:
    files = mount.path / "files"
    data = os.urandom(3 << 20)
    (files / "large").write_bytes(data)
    assert mount.calls("write") == 3  # of a MiB
    assert (files / "large").read_bytes() == data
    with (files / "log").open("ab", buffering=0) as first, (files / "log").open("ab", buffering=0) as second:
        for number in range(4):
            (first, second)[number % 2].write(b"%d" % number)
    assert (files / "log").read_bytes() == b"0123"
    os.truncate(files / "log", 2)
    assert (files / "log").read_bytes() == b"01"
    (files / "log").rename(files / "moved")
    os.link(files / "moved", files / "again")
    (files / "sub").mkdir()
    (files / "sub" / "link").symlink_to("../moved")
    assert (files / "sub" / "link").read_bytes() == b"01"
    os.utime(files / "moved", ns=(1, 1_234_567_890_123_456_789))
    assert (files / "moved").stat().st_mtime_ns == 1_234_567_890_123_456_789
    mount.run("touch", "files/moved")
    assert time.time() - (files / "moved").stat().st_mtime < 3600
    mount.run("rm", "-r", "files/sub", "files/moved", "files/again")


def test_files_get_the_requested_modes(mount: MemoryMount) -> None:
    for umask, file, folder in ((0o027, 0o640, 0o750), (0o000, 0o666, 0o777)):
        mount.run("sh", "-c", f"umask {umask:o}; rm -rf files/new files/sub; touch files/new; mkdir files/sub")
        assert stat.S_IMODE((mount.path / "files/new").stat().st_mode) == file
        assert stat.S_IMODE((mount.path / "files/sub").stat().st_mode) == folder


def test_a_file_is_mapped_and_written_through_its_pages(mount: MemoryMount) -> None:
    path = mount.path / "files" / "mapped"
    path.write_bytes(b"x" * 10_000)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as pages:
        assert pages[:3] == b"xxx"
        pages[5000:5003] = b"abc"
        pages.flush()
    assert path.read_bytes()[4999:5004] == b"xabcx"
    with (mount.path / "fixed/large.bin").open("rb") as fixed:
        assert mmap.mmap(fixed.fileno(), 0, prot=mmap.PROT_READ)[256:259] == b"\0\1\2"


def test_reader_keeps_the_opened_content_while_others_save(mount: MemoryMount) -> None:
    path = mount.path / "versioned" / "image.xmp"
    with path.open("rb", buffering=0) as reader, path.open("wb", buffering=0) as writer:
        writer.write(b"half")
        assert os.fstat(writer.fileno()).st_size == 4
        assert path.read_bytes() == b"first"
        writer.write(b" and the rest")
        assert os.fstat(reader.fileno()).st_size == 5
        assert reader.read() == b"first"
    assert path.read_bytes() == b"half and the rest"


def test_a_writer_reads_its_own_file_by_another_name(mount: MemoryMount) -> None:
    """/dev/stdout and /proc/self/fd lead to an inode, not to a name: the size is the writer's, the bytes are not."""
    path = mount.path / "versioned" / "image.xmp"
    with path.open("wb", buffering=0) as writer:
        writer.write(b"half")
        assert Path(f"/proc/self/fd/{writer.fileno()}").read_bytes() == b"firs"
    assert path.read_bytes() == b"half"


def test_extended_attributes(mount: MemoryMount) -> None:
    path = mount.path / "files" / "new"
    path.touch()
    os.setxattr(path, "user.note", b"value")
    assert os.getxattr(path, "user.note") == b"value"
    assert os.listxattr(path) == ["user.note"]
    with pytest.raises(FileExistsError):
        os.setxattr(path, "user.note", b"", os.XATTR_CREATE)
    os.removexattr(path, "user.note")
    for name, number in (("user.note", errno.ENODATA), ("trusted.note", errno.EOPNOTSUPP)):
        with pytest.raises(OSError) as failed:
            os.getxattr(path, name)
        assert failed.value.errno == number


def test_programs_do_without_the_requests_that_are_not_served(mount: MemoryMount) -> None:
    new = mount.path / "files" / "new"
    with new.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 10_000)
        assert os.fstat(file.fileno()).st_size == 10_000
    mount.run("cp", "--sparse=always", "files/new", "files/copy")
    mount.run("mv", "-n", "files/copy", "files/other")
    with new.open("rb") as source, (mount.path / "files/other").open("wb") as target:
        assert os.copy_file_range(source.fileno(), target.fileno(), 100) == 100
        assert os.lseek(source.fileno(), 0, os.SEEK_HOLE) == 10_000


# Locks


@pytest.mark.parametrize("name", ["versioned/image.xmp", "files/locked"])
@pytest.mark.parametrize("how", ["flock", "fcntl"])
def test_a_lock_keeps_other_processes_out_until_it_is_freed(mount: MemoryMount, how: str, name: str) -> None:
    (mount.path / name).write_bytes(b"x")
    holder = mount.python(LOCKER, how, name, "r+b")
    assert [said(holder), said(holder)] == ["asking", "locked"]
    refused = mount.python(LOCKER, how, name, "r+b", "nb")
    assert refused.wait(LIMIT_SECONDS)
    waiting = mount.python(LOCKER, how, name, "r+b")
    assert said(waiting) == "asking"
    threads = mount.threads()
    assert go_on(holder) == 0
    assert said(waiting) == "locked"
    assert mount.threads() <= threads
    assert go_on(waiting) == 0


@pytest.mark.parametrize("how", ["flock", "fcntl"])
def test_process_killed_while_waiting_gets_no_lock(mount: MemoryMount, how: str) -> None:
    holder = mount.python(LOCKER, how, "versioned/image.xmp", "r+b")
    assert has_lock(holder)
    waiting = mount.python(LOCKER, how, "versioned/image.xmp", "r+b")
    assert said(waiting) == "asking"
    time.sleep(0.2)  # "asking" comes just before the request
    waiting.kill()
    assert waiting.wait(LIMIT_SECONDS) == -signal.SIGKILL
    assert go_on(holder) == 0
    third = mount.python(LOCKER, how, "versioned/image.xmp", "r+b", "nb")
    assert [said(third), said(third)] == ["asking", "locked"]
    assert go_on(third) == 0


def has_lock(process: subprocess.Popen[str]) -> bool:
    """Wait until a program has its lock."""
    return [said(process), said(process)] == ["asking", "locked"]


def test_killed_holder_frees_its_lock(mount: MemoryMount) -> None:
    holder = mount.python(LOCKER, "fcntl", "files/locked", "w+b")
    assert has_lock(holder)
    waiting = mount.python(LOCKER, "fcntl", "files/locked", "r+b")
    holder.kill()
    assert has_lock(waiting)
    assert go_on(waiting) == 0


def test_close_without_a_flush_frees_the_lock(mount: MemoryMount) -> None:
    reader = mount.python(LOCKER, "fcntl", "fixed/001.txt", "rb")
    assert has_lock(reader)
    assert go_on(reader) == 0
    (mount.path / "files" / "shared").touch()
    reader = mount.python(LOCKER, "fcntl", "files/shared", "rb")
    assert has_lock(reader)
    writer = mount.python(LOCKER, "fcntl", "files/shared", "r+b")
    assert said(writer) == "asking"
    assert go_on(reader) == 0
    assert said(writer) == "locked"
    assert go_on(writer) == 0


def test_the_program_flock(mount: MemoryMount) -> None:
    mount.run("flock", "versioned/image.xmp", "true")
    holder = subprocess.Popen(["flock", "versioned/image.xmp", "cat"], cwd=mount.path, stdin=subprocess.PIPE)
    until(
        lambda: (
            subprocess.run(["flock", "-n", "versioned/image.xmp", "true"], cwd=mount.path, check=False).returncode == 1
        )
    )
    holder.communicate(timeout=LIMIT_SECONDS)
    mount.run("flock", "-n", "versioned/image.xmp", "true")


# Threads, signals, the end


def test_seventy_waiting_readers_block_no_one_else(mount: MemoryMount) -> None:
    blocked = [subprocess.Popen(["cat", "files/blocked"], cwd=mount.path, stdout=subprocess.PIPE) for _ in range(70)]
    until(lambda: mount.threads() >= 64)
    for _ in range(20):
        mount.run("stat", "fixed/001.txt", "files")
    assert mount.threads() <= 64 + 2  # with the main thread
    assert not (mount.path / "files" / "go").exists()
    assert {process.communicate(timeout=LIMIT_SECONDS)[0] for process in blocked} == {b"gone on"}


def test_process_killed_in_a_read_dies_and_the_mount_lives(mount: MemoryMount) -> None:
    reader = subprocess.Popen(["cat", "files/blocked"], cwd=mount.path, stdout=subprocess.PIPE)
    until(lambda: mount.calls("wait") == 1)
    reader.kill()
    assert not (mount.path / "files" / "go").exists()
    reader.wait(LIMIT_SECONDS)
    mount.run("ls", "-lR")
    mount.unmount()
    assert mount.daemon.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_unmounts_and_stops_the_tree(mount: MemoryMount, number: int) -> None:
    mount.run("ls")
    mount.daemon.send_signal(number)
    assert mount.daemon.wait(LIMIT_SECONDS) == 0
    assert not os.path.ismount(mount.path)
    assert "start 1" in (mount.store / "stopped").read_text()


def test_signal_ends_the_daemon_despite_an_open_file(mount: MemoryMount) -> None:
    held = os.open(mount.path / "versioned" / "image.xmp", os.O_RDWR)
    os.write(held, b"open to the end")
    mount.daemon.send_signal(signal.SIGTERM)
    assert mount.daemon.wait(LIMIT_SECONDS) == 0
    assert (mount.store / "stopped").exists()
    with pytest.raises(OSError, match="not connected"):  # the close reports that it was not saved
        os.close(held)


def test_open_file_outlives_a_lazy_unmount(mount: MemoryMount) -> None:
    with (mount.path / "files" / "new").open("w+b", buffering=0) as held:
        mount.run("sh", "-c", f"cd / && fusermount3 -uz '{mount.path}'")
        held.write(b"still there")
        held.seek(0)
        assert held.read() == b"still there"
        assert mount.daemon.poll() is None
    assert mount.daemon.wait(LIMIT_SECONDS) == 0
    assert "release 1" in (mount.store / "stopped").read_text()


def test_unmount_is_refused_while_files_are_open(mount: MemoryMount) -> None:
    with (mount.path / "fixed" / "001.txt").open("rb"):
        busy = subprocess.run(["fusermount3", "-u", mount.path], capture_output=True, text=True, check=False)
        assert "busy" in busy.stderr.lower()
    mount.unmount()
    assert mount.daemon.returncode == 0


def test_killed_daemon_leaves_errors_and_no_hang(mount: MemoryMount) -> None:
    mount.daemon.kill()
    mount.daemon.wait()
    with pytest.raises(OSError) as failed:
        os.listdir(mount.path)
    assert failed.value.errno in (errno.ENOTCONN, errno.ECONNABORTED)


# What can't be mounted


def test_missing_mount_programs_are_reported_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FuseUnavailable, match=r"^neither libfuse 2 nor fusermount is installed: .*apt install"):
        fusermount.mount(tmp_path, "ro")


def test_unknown_mount_option_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MountFailed, match="bogus"):
        fusermount.mount(tmp_path, "bogus")


def test_missing_mountpoint_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MountFailed, match="No such file"):
        fusermount.mount(tmp_path / "nowhere", "ro")


def test_a_failed_start_leaves_no_mount(way: str, tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from chemfs.mount.daemon import MountOptions, serve
from tests.support.memory_tree import MemoryTree
if sys.argv[1] == "fusermount":
    sys.modules["fuse"] = None
class Broken(MemoryTree):
    def start(self):
        raise ValueError("no start")
serve(Broken(Path(sys.argv[2])), Path(sys.argv[2]), MountOptions(), lambda: None)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, way, tmp_path], capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
    )
    assert "no start" in done.stderr
    assert not os.path.ismount(tmp_path)
