"""A mount outlives what happens around it: sick repositories, removed ones, no descriptors, no memory, its own end."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chemigram_core import fsck
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository
from chemigram_core.sidecar import canonicalize, parse
from tests.mounted.conftest import Mounted
from tests.support.builders import mask, picture, saves, sidecar
from tests.support.daemon import Daemon

pytestmark = pytest.mark.needs_fuse


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Daemon]:
    """A library with one healthy repository, `good`, and what somebody left beside it."""
    root = tmp_path / "library"
    Repository.init(root / "good", picture(tmp_path / "a.tif"))
    for name in ("no-head", "head-is-a-link", "head-is-a-fifo", "objects-is-a-file", "refs-leads-out", "all-is-a-loop"):
        Repository.init(root / name)
    (root / "no-head" / "HEAD").unlink()
    for name, target in (("head-is-a-link", "/etc/passwd"), ("all-is-a-loop", "HEAD")):
        (root / name / "HEAD").unlink()
        (root / name / "HEAD").symlink_to(target)
    (root / "head-is-a-fifo" / "HEAD").unlink()
    os.mkfifo(root / "head-is-a-fifo" / "HEAD")
    shutil.rmtree(root / "objects-is-a-file" / "objects")
    (root / "objects-is-a-file" / "objects").write_text("")
    shutil.rmtree(root / "refs-leads-out" / "refs")
    (root / "refs-leads-out" / "refs").symlink_to("/etc")
    (root / "a-file").write_text("")
    (root / "a-dangling-link").symlink_to("nowhere")
    os.mkfifo(root / "a-fifo")
    daemon = Daemon(root, tmp_path / "mnt")
    yield daemon
    daemon.unmount()


def save(path: Path, number: int) -> None:
    (path / "heads" / "main" / "image.xmp").write_bytes(sidecar(number))


def test_damaged_repositories_do_not_affect_the_others(library: Daemon) -> None:
    assert sorted(os.listdir(library.mountpoint)) == ["README.txt", "good", "roll", "tagged"]
    for name in os.listdir(library.root):
        if name != "good":
            with pytest.raises(FileNotFoundError):
                os.listdir(library.mountpoint / name)
    save(library.mountpoint / "good", 1)
    assert len(saves(Repository(library.root / "good"))) == 1


def test_repository_damaged_while_mounted_gives_only_errors(library: Daemon) -> None:
    save(library.mountpoint / "good", 1)
    root = library.root / "good"
    for name, content in (("refs/heads/main", b"\0" * 10), ("HEAD", b"ref: nowhere")):
        before = (root / name).read_bytes()
        (root / name).write_bytes(content)
        with pytest.raises(OSError, match="Input/output error"):
            (library.mountpoint / "good" / "HEAD" / "image.xmp").read_bytes()
        (root / name).write_bytes(before)
    assert (library.mountpoint / "good" / "HEAD" / "image.xmp").read_bytes() == canonicalize(sidecar(1))


def test_removed_repository_can_return(library: Daemon, tmp_path: Path) -> None:
    save(library.mountpoint / "good", 1)
    with (library.mountpoint / "good/heads/main/image.xmp").open("rb") as reader:
        shutil.rmtree(library.root / "good")
        assert reader.read() == canonicalize(sidecar(1))
    with pytest.raises(FileNotFoundError):
        save(library.mountpoint / "good", 2)
    Repository.init(library.root / "good", tmp_path / "a.tif")
    time.sleep(1.1)  # the kernel may believe for a second that it is not there
    save(library.mountpoint / "good", 3)
    assert saves(Repository(library.root / "good")) == [parse(sidecar(3)).digest]
    assert fsck.check(library.root / "good") == []


def test_mount_of_a_removed_repository_still_answers_and_unmounts(mount: Mounted) -> None:
    save(mount.path, 1)
    shutil.rmtree(mount.repository.root)
    with pytest.raises(OSError):
        save(mount.path, 2)
    assert mount.daemon.poll() is None
    mount.unmount()
    assert mount.daemon.returncode == 0


def test_exhausted_descriptors_are_an_error_and_the_mount_recovers(mount: Mounted) -> None:
    save(mount.path, 1)
    resource.prlimit(mount.daemon.pid, resource.RLIMIT_NOFILE, (30, 30))
    held: list[int] = []
    with pytest.raises(OSError) as told:
        while True:
            held.append(os.open(mount.branch / "image.xmp", os.O_RDONLY))
    assert told.value.errno == errno.EMFILE
    with pytest.raises(OSError, match="Too many open files"):
        save(mount.path, 2)
    for descriptor in held:
        os.close(descriptor)
    save(mount.path, 3)
    assert len(saves(mount.repository)) == 2
    assert fsck.check(mount.repository.root) == []


def test_reads_and_refusals_leak_no_descriptors_or_memory(mount: Mounted) -> None:
    save(mount.path, 1)
    (mount.branch / "masks" / "m.png").write_bytes(mask())
    (mount.path / "tags" / "v1").mkdir()
    (mount.branch / "a-folder").mkdir()
    use(mount, 100)
    descriptors, memory_bytes = held_by(mount.daemon.pid)
    use(mount, 1000)
    descriptors_after, memory_after_bytes = held_by(mount.daemon.pid)
    assert descriptors_after <= descriptors + 2  # a file may be given back a moment after it was closed
    assert memory_after_bytes - memory_bytes < 512 << 10


def use(mount: Mounted, times: int) -> None:
    """Look at all kinds of files, and do what is refused, so often."""
    for _ in range(times):
        for refused in ("tags/v1/image.xmp", "heads/main/a.tif", "heads/main/a-folder"):
            with pytest.raises(OSError):
                (mount.path / refused).open("r+b")
        (mount.branch / "image.xmp").read_bytes()
        (mount.branch / "masks" / "m.png").read_bytes()
        (mount.branch / "notes.txt").write_bytes(b"mine")
        (mount.branch / "notes.txt").unlink()
        os.listdir(mount.branch)


def held_by(process: int) -> tuple[int, int]:
    """How many descriptors a process has open, and its resident memory in bytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return len(os.listdir(f"/proc/{process}/fd")), pages * resource.getpagesize()


def test_exhausted_memory_is_an_error_and_the_mount_recovers(mount: Mounted) -> None:
    save(mount.path, 1)
    used_bytes = int(Path(f"/proc/{mount.daemon.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(mount.daemon.pid, resource.RLIMIT_AS, (used_bytes + (100 << 20),) * 2)
    with pytest.raises(OSError, match="Input/output error"), (mount.branch / "masks" / "large.png").open("wb") as large:
        large.truncate(400 << 20)
    (mount.branch / "masks" / "small.png").write_bytes(mask())
    save(mount.path, 2)
    assert len(saves(mount.repository)) == 3
    assert fsck.check(mount.repository.root) == []


@pytest.mark.parametrize("end", ["SIGTERM", "unmount"])
def test_running_saves_finish_before_a_mount_ends(mount: Mounted, end: str) -> None:
    acknowledged: list[int] = []

    def save_on() -> None:
        for number in range(1, 10_000):
            try:
                save(mount.path, number)
            except OSError:
                return
            acknowledged.append(number)

    user = threading.Thread(target=save_on)
    user.start()
    while len(acknowledged) < 5:
        time.sleep(0.01)
    if end == "SIGTERM":
        mount.daemon.send_signal(signal.SIGTERM)
    else:
        subprocess.run(["fusermount", "-u", "-z", mount.path], check=True)
    mount.daemon.wait(10)
    user.join(10)
    expected = [parse(sidecar(number)).digest for number in acknowledged]
    assert saves(mount.repository)[: len(expected)] == expected
    assert fsck.check(mount.repository.root) == []
    assert os.listdir(mount.repository.root / "scratch" / ".drafts") == []


def test_pending_removals_are_committed_when_a_mount_ends(mount: Mounted) -> None:
    save(mount.path, 1)
    (mount.branch / "masks" / "m.png").write_bytes(mask())
    (mount.branch / "masks" / "m.png").unlink()
    mount.daemon.send_signal(signal.SIGTERM)
    mount.daemon.wait(10)
    assert mount.repository.state(mount.repository.tip(BranchName("main"))).masks == {}


def test_names_that_are_not_utf8_are_ordinary_files(mount: Mounted, tmp_path: Path) -> None:
    save(mount.path, 1)
    name = b"caf\xe9.txt"
    path = os.fsencode(mount.branch) + b"/" + name
    with open(path, "wb") as file:
        file.write(b"mine")
    assert name in os.listdir(os.fsencode(mount.branch))
    with open(path, "rb") as file:
        assert file.read() == b"mine"
    assert "image.xmp" in os.listdir(mount.branch)
