"""Faults: in `size` kinds of changes every system call fails in turn.

The caller gets an error, no ref moves, no temporary file stays, and the next save works. In a process of its own (all
calls), and in a mount's daemon (those that libfuse itself doesn't need). On a mount also in place, by a writer that
stops at an error and by one that writes on: close acknowledges what was to be written, never a mixture with old bytes.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, suppress
from itertools import takewhile
from pathlib import Path
from typing import Protocol

from chemigram_core import fsck
from chemigram_core.fsck import Problem
from chemigram_core.repository import MAIN, Repository
from chemigram_core.sidecar import parse
from scripts.campaigns.report import Report
from tests.support.builders import mask, sidecar
from tests.support.daemon import Daemon
from tests.support.injected_faults import Fault, injected

_ERRORS = {
    "openat": ("ENOSPC", "EIO", "EMFILE"),
    "openat2": ("EIO", "EMFILE"),
    "write": ("ENOSPC", "EIO"),
    "fsync": ("ENOSPC", "EIO"),
    "renameat": ("ENOSPC", "EIO"),
    "mkdirat": ("ENOSPC", "EIO"),
    "symlinkat": ("ENOSPC", "EIO"),
    "unlinkat": ("EIO",),
    "read": ("EIO",),
    "pread64": ("EIO",),
    "flock": ("EIO",),
    "getdents64": ("EIO",),
    "fcntl": ("EMFILE",),
}
_IN_DAEMONS = {**{call: errors for call, errors in _ERRORS.items() if call != "read"}, "pwrite64": ("ENOSPC", "EIO")}
_IN_PLACE = ("in-place", "in-place-on")  # programs' ways to write, so only on a mount
_CHANGES = ("save", *_IN_PLACE, "mask", "branch", "tag", "checkout", "rename", "delete")
_BLOCK_BYTES = 1024
_MOST = 200  # calls of one kind in one change
_DONE, _UNSEEN = "done", "made but not seen"
_TIDY_SECONDS = 1.0
_KNOWN_LEFTOVERS: set[Path] = set()
_NO_HARM = frozenset((Problem.LEFTOVER, Problem.REF_MISSING, Problem.UNLOGGED))


def run(seed: int, size: int, folder: Path) -> Report:
    """Let everything fail in the first `size` of all kinds of changes."""
    report = Report("faults", seed, size)
    for change in _CHANGES[:size]:
        for kind, errors in _targets(change):
            place = folder / f"{kind.__name__}-{change}"
            place.mkdir()
            target = kind(place)
            try:
                _try_all(target, change, errors, report)
            finally:
                target.end()
    return report


def _targets(change: str) -> Iterator[tuple[type[_Process | _Mount], Mapping[str, tuple[str, ...]]]]:
    if change not in _IN_PLACE:
        yield _Process, _ERRORS
    yield _Mount, {**_IN_DAEMONS, "ftruncate": ("EIO",)} if change in _IN_PLACE else _IN_DAEMONS


class _Target(Protocol):
    """A process that makes changes, and can be made to fail."""

    root: Path

    @property
    def process_id(self) -> int: ...

    def ask(self, change: str, number: int) -> str:
        """Make a change; `done`, or what went wrong."""

    def known(self, change: str, number: int, answer: str) -> str:
        """The answer, as far as it was about the change: a kernel asks for the attributes of what it has just made."""

    def end(self) -> None: ...


def _try_all(target: _Target, change: str, errors: Mapping[str, tuple[str, ...]], report: Report) -> None:
    numbers = itertools.count(1)
    target.ask("save", next(numbers))
    for call, error in [(call, error) for call, kinds in errors.items() for error in kinds]:
        tries = (_try(target, change, Fault(call, error, nth), numbers, report) for nth in range(1, _MOST))
        report.counts["faults"] += sum(1 for _ in takewhile(bool, tries))
    for finding in fsck.check(target.root):
        if finding.problem not in _NO_HARM:
            report.violation(f"after {change}: {finding.problem.value} {finding.path}: {finding.says}")


def _try(target: _Target, change: str, fault: Fault, numbers: Iterator[int], report: Report) -> bool:
    """Whether the change made so many calls."""
    number = next(numbers)
    target.ask("prepare", number)
    before = _refs(target.root)
    with injected(fault, target.process_id, target.root.parent / "strace") as injection:
        answer = target.ask(change, number)
    if injection.was_hit:
        answer = target.known(change, number, answer)
        report.counts[answer if answer in (_DONE, _UNSEEN) else "reported"] += 1
        story = f"{type(target).__name__[1:].lower()}, {change}, {fault}: {answer}"
        wrongs = [*_wrong(target.root, before, change, answer, fault), *_mixed(target.root, change, answer, number)]
        for wrong in wrongs:
            report.violation(f"{story}: {wrong}")
        if (again := target.ask("save", next(numbers))) != _DONE:
            report.violation(f"{story}: the next save says {again}")
    return injection.was_hit


def _wrong(root: Path, before: Mapping[str, str], change: str, answer: str, fault: Fault) -> Iterator[str]:
    after = _refs(root)
    if answer not in (_DONE, _UNSEEN) and after != before:
        yield f"refs moved: {sorted(before.items() ^ after.items())}"
    _KNOWN_LEFTOVERS.update(root.rglob(".tmp-*") if fault.call == "unlinkat" else ())
    if answer in (_DONE, _UNSEEN) and after == before:
        yield "nothing was done"
    if answer == _DONE and fault.call == "fsync" and change != "mask":  # its link is no part of the save
        yield "success was reported, but it is not durable"
    if fault.call != "unlinkat" and (left := _left_after_a_while(root)):
        yield f"left {left}"


def _mixed(root: Path, change: str, answer: str, number: int) -> Iterator[str]:
    """What is wrong with a sidecar that was acknowledged."""
    if (
        change in ("save", *_IN_PLACE)
        and answer == _DONE
        and Repository(root).tip(MAIN) != parse(sidecar(number)).digest
    ):
        yield "what was saved is not what was written"


def _left_after_a_while(root: Path) -> list[Path]:
    """The temporary files that stay; a daemon tidies up after it has answered."""
    deadline = time.monotonic() + _TIDY_SECONDS
    while left := [path for path in root.rglob(".tmp-*") if path not in _KNOWN_LEFTOVERS]:
        if time.monotonic() > deadline:
            _KNOWN_LEFTOVERS.update(left)
            break
        time.sleep(0.01)
    return left


def _refs(root: Path) -> dict[str, str]:
    paths = [root / "HEAD", *(root / "refs").rglob("*")]
    return {path.relative_to(root).as_posix(): path.read_text() for path in paths if path.is_file()}


class _Process:
    """The library in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = Repository.init(folder / "repository").root
        self._connection, other = socket.socketpair()
        command = [sys.executable, "-m", "scripts.campaigns.faults_victim", str(self.root), str(other.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[other.fileno()])
        other.close()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def ask(self, change: str, number: int) -> str:
        self._connection.send(f"{change} {number}".encode())
        return self._connection.recv(10_000).decode() or "died"

    def known(self, change: str, number: int, answer: str) -> str:
        return answer

    def end(self) -> None:
        self._connection.close()
        self._process.wait()


class _Mount:
    """A mount, used with plain file operations."""

    def __init__(self, folder: Path) -> None:
        self.root = Repository.init(folder / "repository").root
        self._daemon = Daemon(self.root, folder / "mnt")
        self._changes: dict[str, Callable[[int], object]] = {
            "save": lambda number: self._path("heads/main/image.xmp").write_bytes(sidecar(number)),
            "in-place": lambda number: self._write_in_place(sidecar(number), is_stubborn=False),
            "in-place-on": lambda number: self._write_in_place(sidecar(number), is_stubborn=True),
            "mask": lambda number: self._path("heads/main/masks/sky.png").write_bytes(mask(number, size=(99, 50))),
            "branch": lambda number: self._path(f"heads/a-{number}").mkdir(),
            "tag": lambda number: self._path(f"tags/v{number}").mkdir(),
            "checkout": self._checkout,
            "rename": lambda number: self._path(f"heads/r-{number}").rename(self._path(f"heads/s-{number}")),
            "delete": lambda number: self._path(f"heads/gone-{number}").rmdir(),
            "prepare": self._prepare,
        }

    @property
    def process_id(self) -> int:
        return self._daemon.process.pid

    def ask(self, change: str, number: int) -> str:
        try:
            self._changes[change](number)
        except OSError as error:
            return str(error)
        return _DONE

    def known(self, change: str, number: int, answer: str) -> str:
        made = {"branch": f"refs/heads/a-{number}", "tag": f"refs/tags/v{number}"}.get(change)
        return _UNSEEN if answer != _DONE and made in _refs(self.root) else answer

    def end(self) -> None:
        self._daemon.unmount()

    def _write_in_place(self, data: bytes, *, is_stubborn: bool) -> None:
        """Write over the old bytes, block by block; a stubborn writer gets errors only from close."""
        ignored = suppress(OSError) if is_stubborn else nullcontext()
        descriptor = os.open(self._path("heads/main/image.xmp"), os.O_RDWR)
        try:
            for start in range(0, len(data), _BLOCK_BYTES):
                with ignored:
                    os.pwrite(descriptor, data[start : start + _BLOCK_BYTES], start)
            with ignored:
                os.ftruncate(descriptor, len(data))
            with ignored:
                os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.close(descriptor)
            raise
        os.close(descriptor)

    def _checkout(self, number: int) -> None:
        link = self._path(f"link-{number}")
        link.symlink_to("heads/on-1" if self._path("HEAD").readlink().name == "on-0" else "heads/on-0")
        link.rename(self._path("HEAD"))

    def _prepare(self, number: int) -> None:
        for name in (f"gone-{number}", f"r-{number}", "on-0", "on-1"):
            with suppress(FileExistsError):
                self._path(f"heads/{name}").mkdir()

    def _path(self, path: str) -> Path:
        return self._daemon.mountpoint / path
