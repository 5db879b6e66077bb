"""Keeps what the kernel remembers within a bound, and with it what the daemon remembers for it. Knows no request.

The kernel gives a number back only when it forgets the name, which it does when memory is short. So a walk over a large
library would leave an inode for each file here. Where there are too many, the kernel is asked to forget those that are
not in use (FUSE_NOTIFY_PRUNE, Linux 6.18); an older kernel refuses, and forgets when it has to.
"""

from __future__ import annotations

import threading
import time

from chemfs.mount.device import Device
from chemfs.mount.inodes import Inodes

_PRUNED_PART = 0.5  # of the inodes, the oldest ones
_BATCH = 512  # inodes of one notification
_PAUSE_SECONDS = 1.0  # between two rounds: what is pruned comes back as FORGET requests, and what is in use stays


class Pruner:
    """A thread of its own, since a notification may wait for a request that another thread answers."""

    def __init__(self, device: Device, inodes: Inodes) -> None:
        self._device = device
        self._inodes = inodes

    def start(self) -> None:
        """Begin to wait."""
        threading.Thread(target=self._run, name="pruner", daemon=True).start()

    def _run(self) -> None:
        self._inodes.wait_for_many()
        while self._prune():
            time.sleep(_PAUSE_SECONDS)
            self._inodes.wait_for_many()

    def _prune(self) -> bool:
        """Ask once; False where the kernel doesn't know how, or all was unmounted."""
        numbers = self._inodes.oldest(_PRUNED_PART)
        batches = (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
        return all(self._device.prune(batch) for batch in batches)
