"""The lock of one repository: an flock on its folder, so nothing is left behind and a crashed holder lets go.

Writers of every process (a mount, another mount, the command line) take it for the short time in which a ref moves.
Readers take none. Not reentrant.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the repository at `root` alone; waits for other holders, threads of this process included."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
