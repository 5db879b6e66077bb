"""An attacker's replacements for files: sockets, devices, huge sizes, other owners."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path

STRANGER = 54321  # a user and a group that own nothing else
SPARSE_BYTES = 3 << 30
ZERO, NULL = (1, 5), (1, 3)  # numbers of devices


def clear(path: Path) -> None:
    """Remove what is at `path`, and make the folder that it is to be in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()


def make_device(path: Path, numbers: tuple[int, int]) -> None:
    """Make a character device, as only root can."""
    os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(*numbers))


def listen(path: Path) -> None:
    """Make a socket, however long the path is."""
    folder = os.open(path.parent, os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


def make_sparse(path: Path) -> None:
    """Make a huge file that takes no space."""
    path.touch()
    os.truncate(path, SPARSE_BYTES)
