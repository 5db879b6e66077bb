"""The lock of one repository: an flock on its folder, which leaves nothing behind and ends when its holder crashes.

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
    """Hold the lock of the repository at `root`; waits for other holders, including threads of this process."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
