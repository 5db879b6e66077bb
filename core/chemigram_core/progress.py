"""Reports of the progress of long work, and of waiting for a lock. Knows no terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Progress = Callable[[str, int, int], None]
"""Called with the name of the work, the number of finished steps, and the number of all steps."""


def silent(_: str, __: int, ___: int) -> None:
    """Report nothing."""


Waiting = Callable[[Path], None]
"""Called with the repository whose lock a change waits for, from a thread of its own."""

_waiting: list[Waiting] = []  # one for each process, like its terminal


def report_waiting(report: Waiting) -> None:
    """Let `report` be called, from now on, when a change has waited for a second."""
    _waiting[:] = [report]


def waiting(repository: Path) -> None:
    """Report that a change waits for the lock of a repository."""
    for report in _waiting:
        report(repository)
