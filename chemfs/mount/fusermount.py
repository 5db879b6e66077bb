"""Mounting and unmounting by fusermount, which works for any user. Knows no request."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from chemfs.mount.errors import FuseUnavailable, MountFailed, StaysMounted

_NAMES = ("fusermount3", "fusermount")  # the same program
_MISSING = "neither libfuse 2 nor fusermount is installed: install one (`sudo apt install fuse3`, or libfuse2)"


def mount(place: Path, options: str) -> int:
    """Mount, and return the descriptor of /dev/fuse. Raises FuseUnavailable, MountFailed."""
    program = _program()
    if program is None:
        raise FuseUnavailable(_MISSING)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        _run(program, "-o", options, "--", place, sends_to=theirs.fileno())
        _, descriptors, *_ = socket.recv_fds(ours, 1, 1)
    if not descriptors:
        raise MountFailed(f"{program} sent no descriptor")
    return descriptors[0]


def unmount(place: Path, *, lazily: bool = False) -> None:
    """Unmount; `lazily`, even while programs use the mount: they keep their open files. Raises StaysMounted."""
    program = _program()
    flags = ["-uz" if lazily else "-u"] if program else ["-l"] * lazily
    done = subprocess.run(
        [program or "umount", *flags, "--", place], capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode:
        raise StaysMounted(place, _said(done.stderr))


def _program() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


def _run(program: str, *words: str | Path, sends_to: int) -> None:
    environment = {**os.environ, "_FUSE_COMMFD": str(sends_to)}
    done = subprocess.run(
        [program, *words],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd="/",  # a working directory outside the mountpoint
        env=environment,
        pass_fds=[sends_to],
    )
    if done.returncode:
        raise MountFailed(_said(done.stderr) or f"{program} could not mount")


def _said(text: str) -> str:
    lines = (line.removeprefix("fusermount3: ").removeprefix("fusermount: ") for line in text.strip().splitlines())
    return "; ".join(lines)
