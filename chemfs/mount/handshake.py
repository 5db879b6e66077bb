"""INIT, the first request of a mount: the kernel and this daemon negotiate version and features."""

from __future__ import annotations

import errno
from functools import reduce
from operator import or_

from chemfs.mount.device import Device
from chemfs.mount.errors import MountFailed
from chemfs.mount.protocol import (
    BUFFER_BYTES,
    CONGESTION,
    INIT_IN,
    INIT_OUT,
    MAJOR,
    MAX_BACKGROUND,
    MAX_PAGES,
    MAX_WRITE_BYTES,
    MINOR,
    InitFlag,
)
from chemfs.mount.requests import Request

_WANTED = reduce(or_, InitFlag)
_TIME_GRANULARITY_NS = 1


def shake_hands(device: Device) -> None:
    """Answer INIT, before other threads read. Raises MountFailed if the kernel's protocol is older than ours.

    Also returns if the mount was unmounted before INIT.
    """
    buffer = memoryview(bytearray(BUFFER_BYTES))
    while size := device.receive(buffer):
        request = Request(buffer[:size])
        major, minor, readahead, flags = request.fields(INIT_IN)
        if major < MAJOR:
            device.refuse(request.unique, errno.EPROTO)
            raise MountFailed(f"the kernel speaks FUSE {major}.{minor}, and chemfs {MAJOR}.{MINOR}: use a newer kernel")
        device.answer(request.unique, agreed(minor, readahead, flags))
        if major == MAJOR:  # a kernel with a newer major version repeats INIT in ours
            return


def agreed(minor: int, readahead_bytes: int, flags: int) -> bytes:
    """struct fuse_init_out: the kernel's features that both sides support."""
    limits = MAX_BACKGROUND, CONGESTION, MAX_WRITE_BYTES, _TIME_GRANULARITY_NS, MAX_PAGES
    return INIT_OUT.pack(MAJOR, min(minor, MINOR), readahead_bytes, flags & _WANTED, *limits, 0, 0)
