"""The kernel is asked to forget inodes when there are too many; those in use stay."""

from __future__ import annotations

import os
import platform
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from chemfs.mount import inodes
from chemfs.mount.device import Device
from chemfs.mount.inodes import Inodes
from chemfs.mount.protocol import ROOT_ID
from chemfs.mount.pruner import Pruner
from chemfs.tree.nodes import Folder
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import MAIN, Repository
from tests.support.builders import sidecar
from tests.support.strace import traced

MOST = 60
DAEMON = f"""
import sys
from chemfs.mount import inodes
inodes.MOST_INODES = {MOST}
from chemfs.cli.main import main
sys.exit(main())
"""


class Kernel(Device):
    """Records which inodes it should forget; accepts the notification for a number of rounds."""

    def __init__(self, rounds: int) -> None:
        self.asked: list[list[int]] = []
        self._rounds = rounds

    def prune(self, numbers: object) -> bool:
        assert isinstance(numbers, list)
        self.asked.append(numbers)
        return len(self.asked) < self._rounds


def test_oldest_inodes_are_pruned_children_before_their_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inodes, "MOST_INODES", 9)
    table, kernel = Inodes(Folder()), Kernel(rounds=1)
    folder = table.look_up(ROOT_ID, "folder", Folder())
    known = [table.look_up(folder.number, str(number), Folder()) for number in range(10)]
    Pruner(kernel, table)._run()
    assert kernel.asked == [[inode.number for inode in (*known[3::-1], folder)] + [ROOT_ID]]


def test_a_notification_has_the_kernels_form() -> None:
    reader, writer = os.pipe()
    device = Device(writer)
    assert device.prune([7, 9])
    device.close()
    assert os.read(reader, 100) == struct.pack("=IiQ IIQ QQ", 48, 9, 0, 2, 0, 0, 7, 9)
    os.close(reader)


def test_nothing_is_written_after_unmount(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    device = Device(writer)
    device.close()
    with (tmp_path / "other").open("wb") as other:
        assert not device.prune([7])
        assert os.fstat(other.fileno()).st_size == 0
    os.close(reader)


@pytest.mark.needs_fuse
@pytest.mark.needs_program("strace")
def test_a_walk_over_many_files_stays_within_the_limit(tmp_path: Path) -> None:
    repository = Repository.init(tmp_path / "repository")
    for number in range(100):
        save_xmp(repository, MAIN, sidecar(number))
    mountpoint = tmp_path / "mnt"
    mountpoint.mkdir()
    command = [sys.executable, "-c", DAEMON, "mount", "--foreground", str(repository.root), str(mountpoint)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stdout and daemon.stdout.readline()
            standing = os.open(mountpoint / "snapshots" / repository.tip(MAIN), os.O_PATH)
            with traced(daemon.pid, tmp_path / "trace") as trace:
                for _ in range(3):
                    walk(mountpoint / "snapshots")
            assert os.stat("image.xmp", dir_fd=standing).st_size
            os.close(standing)
        finally:
            subprocess.run(["fusermount", "-u", mountpoint], check=True)
    if can_prune():
        assert trace.requests["FORGET"] + trace.requests["BATCH_FORGET"] > 0


def walk(snapshots: Path) -> None:
    for state in snapshots.iterdir():
        assert (state / "image.xmp").stat().st_size


def can_prune() -> bool:
    major, minor = (int(part) for part in platform.release().split(".")[:2])
    return (major, minor) >= (6, 18)
