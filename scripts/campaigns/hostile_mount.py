"""A real mount of a hostile repository, which may be refused, hang or die. A watch ends a daemon that hangs."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_START_SECONDS = 20.0
_HANGS_SECONDS = 20.0
_POLL_SECONDS = 0.2


class HostileMount:
    """One mount. `refusal` is what `chemfs mount` said instead of mounting, None where it is live."""

    def __init__(self, root: Path, place: Path, *options: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.place = place
        self._log = place.with_name("mount.log")
        command = [sys.executable, "-m", "chemfs", "mount", "--foreground", *options, str(root), str(place)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        self.hung: list[str] = []
        self._doing: tuple[str, float] | None = None
        self._over = Event()
        self.refusal = None if self._is_live() else self._ended()
        if self.refusal is None:
            Thread(target=self._watch, daemon=True).start()

    @property
    def log(self) -> str:
        """What the daemon wrote to its standard error."""
        return self._log.read_text(errors="replace")

    def peak_bytes(self) -> int:
        """The most memory that the daemon had."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)

    def is_alive(self) -> bool:
        """Whether the daemon runs and answers."""
        try:
            with self.watched("list the top"):
                os.listdir(self.place)
        except OSError:
            return False
        return self.process.poll() is None

    @contextmanager
    def watched(self, what: str) -> Iterator[None]:
        """A request in the context that never ends is noted in `hung`; the daemon is killed to end it."""
        self._doing = what, time.monotonic()
        try:
            yield
        finally:
            self._doing = None

    def unmount(self) -> bool:
        """Unmount; whether the daemon ended by itself."""
        self._over.set()
        unmounted = subprocess.run(["fusermount", "-u", self.place], check=False, capture_output=True).returncode == 0
        if not unmounted:
            subprocess.run(["fusermount", "-uz", self.place], check=False, capture_output=True)
        try:
            self.process.wait(_START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return False
        return unmounted

    def _is_live(self) -> bool:
        pipe = self.process.stdout
        if pipe is None or not select.select([pipe], [], [], _START_SECONDS)[0]:
            return False
        return pipe.readline().startswith(b"mounted")

    def _ended(self) -> str:
        try:
            return f"{self.process.wait(1)}: {self.log}"
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            subprocess.run(["fusermount", "-uz", self.place], check=False, capture_output=True)
            return f"neither live nor ended after {_START_SECONDS:.0f} s, Traceback? {self.log}"

    def _watch(self) -> None:
        while not self._over.wait(_POLL_SECONDS):
            doing = self._doing
            if doing is not None and time.monotonic() - doing[1] > _HANGS_SECONDS:
                self.hung.append(doing[0])
                self._doing = None
                self.process.kill()
