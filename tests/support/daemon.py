"""A real mount of a repository or library: started, killed and started again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

_LIVE_SECONDS = 30.0
_FREE_SECONDS = 10.0


class Daemon:
    """A mount, live after construction."""

    def __init__(self, root: Path, mountpoint: Path) -> None:
        self.root = root
        self.mountpoint = mountpoint
        mountpoint.mkdir(exist_ok=True)
        self.start()

    def start(self) -> None:
        """Mount, also over a dead mount."""
        began = time.monotonic()
        command = [sys.executable, "-m", "chemfs", "mount", "--foreground", str(self.root), str(self.mountpoint)]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line.startswith("mounted"):
            raise RuntimeError(f"no mount: {line}{self.log_path.read_text(errors='replace')[-2000:]}")
        os.statvfs(self.mountpoint)
        self.start_seconds = time.monotonic() - began

    @property
    def log_path(self) -> Path:
        """The file of its standard error."""
        return self.mountpoint.parent / f"{self.mountpoint.name}.log"

    @property
    def is_alive(self) -> bool:
        """Whether the process runs and the mount answers."""
        return self.process.poll() is None and self._answers()

    def kill(self) -> None:
        """kill -9; the mount stays behind, dead."""
        self.process.kill()
        self.process.wait()

    def unmount(self) -> None:
        """Unmount as a user does, and wait until the daemon has ended."""
        deadline = time.monotonic() + _FREE_SECONDS
        while subprocess.run(["fusermount", "-u", self.mountpoint], check=False, capture_output=True).returncode:
            if time.monotonic() > deadline:
                subprocess.run(["fusermount", "-uz", self.mountpoint], check=False)
                break
            time.sleep(0.05)
        self.process.wait(_FREE_SECONDS)

    def memory_bytes(self) -> int:
        """Resident memory."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> int:
        """Open descriptors."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self) -> int:
        """Threads."""
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def _answers(self) -> bool:
        try:
            os.listdir(self.mountpoint)
        except OSError:
            return False
        return True
