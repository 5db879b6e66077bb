"""The system calls of a running process and the FUSE requests that it reads, from strace."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_ATTACH_SECONDS = 10.0
_DEVICE = "".join(f"\\x{byte:02x}" for byte in b"/dev/fuse")
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)")
_HEADER = re.compile(r'"((?:\\x[0-9a-f]{2}){8})')  # of a request: length and opcode
_OPCODES = {  # of linux/fuse.h
    1: "LOOKUP", 2: "FORGET", 3: "GETATTR", 4: "SETATTR", 5: "READLINK", 6: "SYMLINK", 8: "MKNOD", 9: "MKDIR",
    10: "UNLINK", 11: "RMDIR", 12: "RENAME", 13: "LINK", 14: "OPEN", 15: "READ", 16: "WRITE", 17: "STATFS",
    18: "RELEASE", 20: "FSYNC", 21: "SETXATTR", 22: "GETXATTR", 23: "LISTXATTR", 24: "REMOVEXATTR", 25: "FLUSH",
    26: "INIT", 27: "OPENDIR", 28: "READDIR", 29: "RELEASEDIR", 30: "FSYNCDIR", 31: "GETLK", 32: "SETLK", 33: "SETLKW",
    34: "ACCESS", 35: "CREATE", 36: "INTERRUPT", 37: "BMAP", 38: "DESTROY", 39: "IOCTL", 40: "POLL",
    41: "NOTIFY_REPLY", 42: "BATCH_FORGET", 43: "FALLOCATE", 44: "READDIRPLUS", 45: "RENAME2", 46: "LSEEK",
}  # fmt: skip


@dataclass
class Trace:
    """System calls by name, and requests by opcode. Filled when the tracing ends."""

    calls: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)

    @property
    def opens(self) -> int:
        """The number of calls that open a file."""
        return self.calls["open"] + self.calls["openat"] + self.calls["openat2"]


@contextmanager
def traced(process_id: int, log: Path) -> Iterator[Trace]:
    """Trace all threads of a process while the block runs."""
    trace = Trace()
    with attached(process_id, ["-qq", "-y", "-xx", "-s", "8", "-o", str(log)]):
        _wait_until_logged(process_id, log)
        yield trace
    lines = _lines(log)
    trace.calls.update(call[2] for call in map(_CALL.match, lines) if call)
    trace.requests.update(_opcode(header[1]) for header in map(_HEADER.search, _device_reads(lines)) if header)


@contextmanager
def attached(process_id: int, options: Sequence[str]) -> Iterator[None]:
    """Run strace on all threads of a process while the block runs. Raises RuntimeError if it is not permitted."""
    strace = subprocess.Popen(["strace", "-f", *options, "-p", str(process_id)], stderr=subprocess.DEVNULL)
    try:
        _wait_until_attached(process_id, strace)
        yield
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait()


def _device_reads(lines: Sequence[str]) -> Iterator[str]:
    """The data of each read of /dev/fuse. A read that waits takes two separate lines of its thread."""
    waiting: set[str] = set()
    for line in lines:
        if (call := _CALL.match(line)) and call[2] in ("read", "readv") and _DEVICE in call[3]:
            yield call[3]
            waiting.add(call[1])
        elif (resumed := _RESUMED.match(line)) and resumed[1] in waiting:
            yield resumed[2]
        elif call:
            waiting.discard(call[1])


def _wait_until_attached(process_id: int, strace: subprocess.Popen[bytes]) -> None:
    """Return when strace is attached to every thread of a process. Raises RuntimeError."""
    deadline = time.monotonic() + _ATTACH_SECONDS
    threads = Path(f"/proc/{process_id}/task")
    while any(_tracer(thread) != strace.pid for thread in threads.iterdir()):
        if time.monotonic() > deadline or strace.poll() is not None:
            raise RuntimeError("strace can't attach")
        time.sleep(0.002)


def _wait_until_logged(process_id: int, log: Path) -> None:
    """Return when the log has a call of every thread. Before, a call that was waiting may return without being traced.

    Raises RuntimeError.
    """
    deadline = time.monotonic() + _ATTACH_SECONDS
    threads = Path(f"/proc/{process_id}/task")
    while {thread.name for thread in threads.iterdir()} - {line.partition(" ")[0] for line in _lines(log)}:
        if time.monotonic() > deadline:
            raise RuntimeError("strace logs nothing")
        time.sleep(0.002)


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines() if log.exists() else []


def _tracer(thread: Path) -> int:
    try:
        lines = (thread / "status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return -1
    return next(int(line.split()[1]) for line in lines if line.startswith("TracerPid:"))


def _opcode(header: str) -> str:
    """The name of the opcode in a header."""
    number = int.from_bytes(bytes.fromhex(header.replace("\\x", ""))[4:], "little")
    return _OPCODES.get(number, str(number))
