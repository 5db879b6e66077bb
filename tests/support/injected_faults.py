"""Faults injected into the system calls of a running process by strace, which reports whether one was hit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.strace import attached


@dataclass(frozen=True, slots=True)
class Fault:
    """The `nth` call of one kind in each thread fails with an error."""

    call: str
    error: str
    nth: int

    def __str__(self) -> str:
        return f"{self.error} from {self.call} number {self.nth}"


class Injection:
    """Whether a fault was hit, known when the block has ended."""

    def __init__(self) -> None:
        self.was_hit = False


@contextmanager
def injected(fault: Fault, process_id: int, log: Path) -> Iterator[Injection]:
    """Inject a fault into a process while the block runs."""
    inject = f"inject={fault.call}:error={fault.error}:when={fault.nth}"
    injection = Injection()
    try:
        with attached(process_id, ["-qq", "-e", f"trace={fault.call}", "-e", inject, "-o", str(log)]):
            yield injection
    finally:
        injection.was_hit = "(INJECTED)" in log.read_text(errors="replace")
