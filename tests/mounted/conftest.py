"""A repository on a real mount, served by a daemon of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chemigram_core.repository import Repository
from tests.support.builders import picture


@dataclass
class Mounted:
    """A mount of one repository; `path` is the mountpoint."""

    repository: Repository
    path: Path
    daemon: subprocess.Popen[str]

    @property
    def branch(self) -> Path:
        """The folder of the branch main."""
        return self.path / "heads" / "main"

    def kill(self) -> None:
        """kill -9 of the daemon, and a clean mountpoint."""
        self.daemon.kill()
        self.daemon.wait()
        subprocess.run(["fusermount", "-u", "-z", self.path], check=False)

    def unmount(self) -> None:
        """Unmount and wait for the daemon to end."""
        subprocess.run(["fusermount", "-u", self.path], check=True)
        self.daemon.wait(10)


def mount_repository(root: Path, mountpoint: Path) -> Mounted:
    """Mount the repository or library at `root`; returns when it is live."""
    mountpoint.mkdir(exist_ok=True)
    log = (mountpoint.parent / f"{mountpoint.name}.log").open("a")
    command: list[str | Path] = [sys.executable, "-m", "chemfs", "mount", "--foreground", root, mountpoint]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert daemon.stdout is not None
    assert daemon.stdout.readline().startswith("mounted"), Path(log.name).read_text()
    return Mounted(Repository(root), mountpoint, daemon)


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mounted]:
    """A fresh repository with an image, mounted."""
    repository = Repository.init(tmp_path / "repository", picture(tmp_path / "a.tif"))
    mounted = mount_repository(repository.root, tmp_path / "mnt")
    yield mounted
    if mounted.daemon.poll() is None:
        for _ in range(50):
            if subprocess.run(["fusermount", "-u", mounted.path], check=False, capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        mounted.daemon.wait(10)
