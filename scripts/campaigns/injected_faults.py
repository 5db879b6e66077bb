"""Faults put into the system calls of a running process by strace, which says afterwards whether one was hit."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ATTACH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Fault:
    """The `nth` call of one kind in each thread fails with an error."""

    call: str
    error: str
    nth: int

    def __str__(self) -> str:
        return f"{self.error} from {self.call} number {self.nth}"


class Injection:
    """A fault while it waits to happen; `was_hit` afterwards."""

    def __init__(self) -> None:
        self.was_hit = False


@contextmanager
def injected(fault: Fault, process_id: int, log: Path) -> Iterator[Injection]:
    """Put a fault into a process for as long as the context lasts."""
    inject = f"inject={fault.call}:error={fault.error}:when={fault.nth}"
    options = ["-f", "-qq", "-e", f"trace={fault.call}", "-e", inject, "-o", str(log), "-p", str(process_id)]
    strace = subprocess.Popen(["strace", *options], stderr=subprocess.DEVNULL)
    injection = Injection()
    try:
        wait_until_attached(process_id, strace)
        yield injection
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait()
        injection.was_hit = "(INJECTED)" in log.read_text(errors="replace")


def wait_until_attached(process_id: int, strace: subprocess.Popen[bytes]) -> None:
    """Return when strace sees every thread of a process. Raises RuntimeError."""
    deadline = time.monotonic() + _ATTACH_SECONDS
    threads = Path(f"/proc/{process_id}/task")
    while any(_tracer(thread) != strace.pid for thread in threads.iterdir()):
        if time.monotonic() > deadline or strace.poll() is not None:
            raise RuntimeError("strace can't attach")
        time.sleep(0.002)


def _tracer(thread: Path) -> int:
    try:
        lines = (thread / "status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return -1
    return next(int(line.split()[1]) for line in lines if line.startswith("TracerPid:"))
