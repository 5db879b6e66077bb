"""A mount's descriptor of /dev/fuse: reads requests, writes answers. Knows no request."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from threading import Lock

from chemfs.mount.protocol import (
    INVAL_INODE_OUT,
    NODE_ID,
    NOTIFY_INVAL_INODE,
    NOTIFY_PRUNE,
    OUT_HEADER,
    PRUNE_OUT,
)

_HEADER_BYTES = OUT_HEADER.size
_UNASKED = 0  # in place of a request's number
_AGAIN = (errno.EINTR, errno.EAGAIN, errno.ENOENT)  # ENOENT: the request was interrupted before it was read
_GONE = (errno.ENOENT, errno.ENODEV)  # the caller was interrupted, or the mount was unmounted


class Device:
    """Owns the descriptor of a mount. One read is one request, one write one answer. Safe for many threads."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        # A notification after the close could be written into another file with the same descriptor number.
        self._closing = Lock()
        self._is_closed = False
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - a child process would keep the mount alive

    def receive(self, buffer: memoryview) -> int:
        """Wait for a request and return its length, 0 after the unmount."""
        while True:
            try:
                return os.readv(self._descriptor, (buffer,))
            except OSError as error:
                if error.errno == errno.ENODEV:
                    return 0
                if error.errno not in _AGAIN:
                    raise

    def answer(self, unique: int, body: bytes | memoryview, error: int = 0) -> bool:
        """Answer a request, an error by its negative number; False when the caller has gone.

        Raises OSError for a body of the wrong size.
        """
        try:
            os.writev(self._descriptor, (OUT_HEADER.pack(_HEADER_BYTES + len(body), error, unique), body))
        except OSError as reason:
            if reason.errno in _GONE:
                return False
            raise
        return True

    def refuse(self, unique: int, number: int) -> bool:
        """Answer with an error number, 0 for none; False when the caller has gone."""
        return self.answer(unique, b"", -number)

    def prune(self, numbers: Sequence[int]) -> bool:
        """Ask the kernel to forget these inodes if they are unused; False if it can't, or the mount has ended."""
        return self._notify(NOTIFY_PRUNE, PRUNE_OUT.pack(len(numbers), 0, 0) + b"".join(map(NODE_ID.pack, numbers)))

    def drop_attributes(self, number: int) -> None:
        """Make the kernel drop the cached attributes of an inode, but not its pages."""
        self._notify(NOTIFY_INVAL_INODE, INVAL_INODE_OUT.pack(number, -1, 0))

    def close(self) -> None:
        """Close the connection; requests that are still unanswered fail with ECONNABORTED."""
        with self._closing:
            self._is_closed = True
            os.close(self._descriptor)

    def _notify(self, code: int, body: bytes) -> bool:
        """Send a notification to the kernel; False if the kernel does not support it, or the mount has ended."""
        with self._closing:
            try:
                return not self._is_closed and self.answer(_UNASKED, body, code)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                return False
