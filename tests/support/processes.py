"""Other processes in tests: work in one, whether one runs, and waiting for what one does."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path

_PATIENCE_SECONDS = 60


def elsewhere(work: Callable[[], object]) -> None:
    """Run a function in a child process, which has nothing of it cached, and wait for it."""
    if not (child := os.fork()):
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == 0


def is_running(process: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition: Callable[[], object]) -> None:
    """Return once the condition holds. Raises TimeoutError if it doesn't for long, even on a slow machine."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)
