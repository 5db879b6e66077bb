"""Where the bytes of drafts are: scratch/.drafts/ of the repository, one real file each, locked while its mount lives.

A branch can't have that name, since no part of one starts with a dot. What a killed mount leaves here was never
acknowledged; the next mount finds it unlocked and hands it back.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from chemigram_core.folder import Folder
from chemigram_core.names import BranchName

_FOLDER = ("scratch", ".drafts")
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class DraftStore:
    """The drafts of one repository."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, branch: BranchName, file_name: str) -> Path:
        """A path that no file has, telling people which file it will be."""
        with Folder.make(self._root, *_FOLDER):
            where = f"{branch}-{file_name}".replace("/", "-")[-150:]
            return self._root.joinpath(*_FOLDER, f"{token_hex(8)}-{where}")

    def create(self, path: Path, flags: int = 0) -> int:
        """A descriptor on a new empty file, locked. `flags` may add O_APPEND."""
        descriptor = os.open(path, _CREATE | flags, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def left_behind(self) -> Iterator[Path]:
        """The drafts of mounts that are gone."""
        with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(self._root, *_FOLDER) as folder:
            for name in folder.names():
                descriptor = folder.open(name)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield self._root.joinpath(*_FOLDER, name)
                except BlockingIOError:
                    continue
                finally:
                    os.close(descriptor)
