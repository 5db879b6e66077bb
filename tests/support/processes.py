"""Work that another process does, so that this one knows nothing of it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable


def elsewhere(work: Callable[[], object]) -> None:
    """Do something in a child process and wait for its end."""
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
