"""lost+found/: where repair moves files that it replaces. Only people remove anything from it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from chemigram_core.durable.folder import Folder
from chemigram_core.names import tail

FOLDER = "lost+found"
_PATH_BYTES = 200


def set_aside(root: Path, path: str) -> str:
    """Move anything at `path` to lost+found/ and return its path there. Raises OSError."""
    return _put_aside(root, path, os.rename)


def keep(root: Path, path: str) -> str:
    """The same for a file about to be replaced: it also stays in its place until then, so a full disk loses nothing.

    A folder, which can't have two names, is moved.
    """
    return _put_aside(root, path, _link_or_move)


def _put_aside(root: Path, path: str, put: Callable[..., None]) -> str:
    *folders, name = path.split("/")
    aside = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{token_hex(2)}-{tail(path.replace('/', '-'), _PATH_BYTES)}"
    with Folder.enter(root, *folders) as source, Folder.make(root, FOLDER) as target:
        put(name, aside, src_dir_fd=source.descriptor, dst_dir_fd=target.descriptor)
        target.sync()
        source.sync()
    return f"{FOLDER}/{aside}"


def _link_or_move(name: str, aside: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
    try:
        os.link(name, aside, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=False)
    except OSError:
        os.rename(name, aside, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
