"""Work in another process, so that this one has nothing of it cached."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable


def elsewhere(work: Callable[[], object]) -> None:
    """Run a function in a child process and wait for it."""
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
