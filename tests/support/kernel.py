"""The kernel's end of the FUSE protocol: requests as bytes, answers as bytes, over a socket instead of /dev/fuse."""

from __future__ import annotations

import itertools
import os
import select
import socket
import struct
from typing import NamedTuple

from chemfs.mount.adapter import Adapter
from chemfs.mount.device import Device
from chemfs.mount.served import Tree

IN_HEADER = "=IIQQIIIHH"
TIMEOUT_SECONDS = 20.0
ROOT = 1

# From linux/fuse.h; repeated here to catch mistakes in chemfs's own list.
LOOKUP, FORGET, GETATTR, SETATTR, READLINK, SYMLINK = 1, 2, 3, 4, 5, 6
MKNOD, MKDIR, UNLINK, RMDIR, RENAME, LINK, OPEN, READ, WRITE, STATFS = 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
RELEASE, FSYNC, SETXATTR, GETXATTR, LISTXATTR, REMOVEXATTR, FLUSH, INIT = 18, 20, 21, 22, 23, 24, 25, 26
OPENDIR, READDIR, RELEASEDIR, FSYNCDIR, GETLK, SETLK, SETLKW, ACCESS, CREATE = 27, 28, 29, 30, 31, 32, 33, 34, 35
INTERRUPT, DESTROY, IOCTL, POLL, BATCH_FORGET, FALLOCATE, RENAME2, LSEEK, STATX = 36, 38, 39, 40, 42, 43, 45, 46, 52


class Answer(NamedTuple):
    """The answer to a request: an errno, 0 for success, and the body."""

    unique: int
    error: int
    body: bytes

    def fields(self, form: str, offset: int = 0) -> tuple[int, ...]:
        """The numbers at the start of the body."""
        return struct.unpack_from(form, self.body, offset)

    @property
    def is_done(self) -> bool:
        """Whether it is a success without a body."""
        return self.error == 0 and not self.body

    @property
    def node(self) -> int:
        """The inode number, if the answer is an entry."""
        return self.fields("=Q")[0]


class Wire:
    """A socket that pretends to be /dev/fuse: one message is one request or one answer."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.settimeout(TIMEOUT_SECONDS)
        self.device = Device(theirs.detach())
        self._uniques = itertools.count(2, 2)
        self.notified: list[tuple[int, ...]] = []  # codes with their numbers

    def message(self, opcode: int, node: int = ROOT, body: bytes = b"", thread: int = 1) -> tuple[int, bytes]:
        """A request and its unique number."""
        unique = next(self._uniques)
        header = struct.pack(IN_HEADER, 40 + len(body), opcode, unique, node, os.getuid(), os.getgid(), thread, 0, 0)
        return unique, header + body

    def send(self, opcode: int, node: int = ROOT, body: bytes = b"", thread: int = 1) -> int:
        """Send a request; its unique number."""
        unique, message = self.message(opcode, node, body, thread)
        self._ours.send(message)
        return unique

    def send_bytes(self, message: bytes) -> None:
        """Send bytes that may not be a request."""
        self._ours.send(message)

    def receive(self) -> Answer:
        """The next answer. Raises TimeoutError."""
        while True:
            data = self._ours.recv(2 << 20)
            length, error, unique = struct.unpack_from("=IiQ", data)
            assert length == len(data)
            if unique:
                return Answer(unique, -error, data[16:])
            self.notified.append((error, *struct.unpack_from("=Qqq", data, 16)))

    def is_silent(self) -> bool:
        """Whether no answer has arrived."""
        return not select.select([self._ours], [], [], 0)[0]

    def hang_up(self) -> None:
        """Unmounted."""
        self._ours.close()


class Kernel(Wire):
    """Sends requests to an adapter, one after another."""

    def __init__(self, tree: Tree) -> None:
        super().__init__()
        self.adapter = Adapter(tree, self.device)

    def ask(self, opcode: int, node: int = ROOT, body: bytes = b"", thread: int = 1) -> Answer:
        """Send a request and return the answer."""
        unique = self.tell(opcode, node, body, thread)
        answer = self.receive()
        assert answer.unique == unique
        return answer

    def tell(self, opcode: int, node: int = ROOT, body: bytes = b"", thread: int = 1) -> int:
        """Send a request that may have no answer; its unique number."""
        unique, message = self.message(opcode, node, body, thread)
        self.adapter.serve(memoryview(message))
        return unique

    def look_up(self, *names: str, thread: int = 1) -> int:
        """The inode number of a path."""
        node = ROOT
        for name in names:
            node = self.ask(LOOKUP, node, name.encode() + b"\0", thread).node
        return node

    def open(self, node: int, flags: int = os.O_RDONLY, thread: int = 1) -> Answer:
        """Open a file."""
        return self.ask(OPEN, node, struct.pack("=II", flags, 0), thread)

    def create(self, parent: int, name: str, flags: int = os.O_RDWR, mode: int = 0o644) -> tuple[int, int]:
        """Create a file; returns its inode number and its handle."""
        answer = self.ask(CREATE, parent, struct.pack("=IIII", flags, 0o100000 | mode, 0, 0) + name.encode() + b"\0")
        assert (answer.error, len(answer.body)) == (0, 128 + 16)
        return answer.node, answer.fields("=Q", 128)[0]

    def read(self, node: int, handle: int, size: int = 4096, offset: int = 0) -> Answer:
        """Read from an open file."""
        return self.ask(READ, node, struct.pack("=QQIIQII", handle, offset, size, 0, 0, 0, 0))

    def write(self, node: int, handle: int, data: bytes, offset: int = 0) -> Answer:
        """Write to an open file."""
        return self.ask(WRITE, node, struct.pack("=QQIIQII", handle, offset, len(data), 0, 0, 0, 0) + data)

    def close(self, node: int, handle: int, owner: int = 0) -> Answer:
        """FLUSH and RELEASE, as close(2) of the last descriptor; the answer to FLUSH."""
        flushed = self.ask(FLUSH, node, struct.pack("=QIIQ", handle, 0, 0, owner))
        assert self.ask(RELEASE, node, struct.pack("=QIIQ", handle, 0, 0, 0)).error == 0
        return flushed
