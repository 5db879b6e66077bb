"""Files that tests write in a mount's tree."""

from __future__ import annotations

import os

from chemfs.tree.filesystem import Filesystem


def write(view: Filesystem, path: str, data: bytes) -> None:
    """Write a whole file and close it, as a program does."""
    number = view.number(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    view.handle(number).write(data, 0)
    view.handle(number).flush()
    view.release(number)
