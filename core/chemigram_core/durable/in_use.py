"""Marks on open files that are in use, which end with the process. Knows no paths."""

from __future__ import annotations

import fcntl


def mark_in_use(descriptor: int) -> None:
    """Hold a shared flock on an open file, so that others leave it alone until it is closed. Waits for nobody.

    Any program that may open the file could hold it alone; then the file is not marked.
    """
    try:  # noqa: SIM105 - each read does it
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
