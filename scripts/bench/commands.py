"""Commands that are timed, one row each: elapsed seconds, those of CPU, and how many times as long as another one."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

CHEMFS = [sys.executable, "-m", "chemfs"]


def row(name: str, action: Callable[[], object], times: int = 1, *, beside: float = 0) -> float:
    """Print one row, of an action that does the same so many times: its elapsed seconds.

    If it has something to stand `beside`, which took so many seconds, the row ends with the ratio.
    """
    before, cpu = time.perf_counter(), _cpu_seconds()
    action()
    elapsed, computed = (time.perf_counter() - before) / times, (_cpu_seconds() - cpu) / times
    ratio = f" {elapsed / beside:8.2f}" if beside else ""
    print(f"{name:40} {elapsed:8.3f} {computed:8.3f}{ratio}", flush=True)
    return elapsed


def run(command: list[object]) -> None:
    """Run a command to its end."""
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def _cpu_seconds() -> float:
    """The time that this process and its ended children have computed."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
