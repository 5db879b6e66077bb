"""A tree in memory on a real mount: `python -m tests.support.memory_mount libfuse|fusermount MOUNTPOINT STORE`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 30.0


@dataclass
class MemoryMount:
    """A live mount in a process of its own; `store` is where it records its end."""

    path: Path
    store: Path
    daemon: subprocess.Popen[str]

    def calls(self, name: str) -> int:
        """How often something was called in the daemon."""
        lines = (line.split() for line in (self.path / "calls").read_text().splitlines())
        return next((int(count) for found, count in lines if found == name), 0)

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
        """Run a program in the mount, which must succeed."""
        return subprocess.run(words, cwd=self.path, capture_output=True, check=True, timeout=LIMIT_SECONDS)

    def python(self, code: str, *words: str | Path) -> subprocess.Popen[str]:
        """Start a Python program in the mount."""
        command = [sys.executable, "-c", code, *words]
        return subprocess.Popen(command, cwd=self.path, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)

    def threads(self) -> int:
        """The daemon's threads."""
        return len(os.listdir(f"/proc/{self.daemon.pid}/task"))

    def unmount(self) -> None:
        """Unmount when nothing is open, and wait for the daemon to end."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while subprocess.run(["fusermount3", "-u", self.path], capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        self.daemon.wait(LIMIT_SECONDS)


@contextmanager
def memory_mount(way: str, folder: Path) -> Iterator[MemoryMount]:
    """A mount by libfuse 2 or by fusermount, always unmounted at the end."""
    place, store = folder / "mnt", folder / "store"
    for made in (place, store):
        made.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.support.memory_mount", way, str(place), str(store)]
    daemon = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    end = threading.Timer(2 * LIMIT_SECONDS, daemon.kill)  # a program that waits for an answer can't be killed
    end.start()
    try:
        assert daemon.stdout
        assert daemon.stdout.readline() == "live\n"
        yield MemoryMount(place, store, daemon)
    finally:
        subprocess.run(["fusermount3", "-uz", place], capture_output=True, check=False)
        try:
            daemon.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
            raise
        finally:
            end.cancel()


def _serve(way: str, place: Path, store: Path) -> None:
    from chemfs.mount.daemon import MountOptions, serve
    from tests.support.memory_tree import MemoryTree

    if way == "fusermount":
        sys.modules["fuse"] = None  # type: ignore[assignment]  # as if fusepy found no libfuse 2
    serve(MemoryTree(store), place, MountOptions(), lambda: print("live", flush=True))


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGHUP):  # a test run in the background may ignore them, and so its children
        signal.signal(number, signal.SIG_DFL)
    with suppress(KeyboardInterrupt):
        _serve(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
