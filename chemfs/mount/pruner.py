"""Limits how many inodes the kernel remembers, and with it the daemon's own memory. Knows no request.

The kernel forgets inodes only when memory is short, so a walk over a large library would leave an inode here for each
file. Beyond a limit, the kernel is asked to forget unused inodes (FUSE_NOTIFY_PRUNE, Linux 6.18). Older kernels reject
that, and forget inodes only when they have to.
"""

from __future__ import annotations

import threading
import time

from chemfs.mount.device import Device
from chemfs.mount.inodes import Inodes

_PRUNED_PART = 0.5  # of the inodes, the oldest ones
_BATCH = 512  # inodes of one notification
_PAUSE_SECONDS = 1.0  # between two rounds: the kernel answers by FORGET requests, and inodes in use stay


class Pruner:
    """A thread that prunes. A notification may wait for a request that another thread answers."""

    def __init__(self, device: Device, inodes: Inodes) -> None:
        self._device = device
        self._inodes = inodes

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="pruner", daemon=True).start()

    def _run(self) -> None:
        self._inodes.wait_for_many()
        while self._prune():
            time.sleep(_PAUSE_SECONDS)
            self._inodes.wait_for_many()

    def _prune(self) -> bool:
        """Ask once; False if the kernel can't, or the mount has ended."""
        numbers = self._inodes.oldest(_PRUNED_PART)
        batches = (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))
        return all(self._device.prune(batch) for batch in batches)
