"""The files of drafts: one each in scratch/.drafts/ of the repository, locked while its mount lives.

A branch can't have that name, since no part of one starts with a dot. What a killed mount leaves here was never
acknowledged; the next mount finds it unlocked and hands it back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from chemigram_core.durable.folder import Folder
from chemigram_core.durable.in_use import is_in_use, mark_in_use
from chemigram_core.durable.replacement import discard, temporary_name
from chemigram_core.errors import NotAFile
from chemigram_core.names import tail

_FOLDER = ("scratch", ".drafts")
_PATH = "/".join(_FOLDER)
_PLACE_BYTES = 150
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def has_drafts(root: str) -> bool:
    """Whether the repository at `root` may hold drafts, for one stat: most repositories never had any."""
    return os.path.lexists(f"{root}/{_PATH}")


class DraftFiles:
    """The files of the drafts of one repository. Identified by paths; the folder is opened each time."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, shown: str) -> Path:
        """An unused path; its name ends with the file's path in the mount, for people."""
        where = tail(shown.removeprefix("heads/").replace("/", "-"), _PLACE_BYTES)
        return self._root.joinpath(*_FOLDER, f"{token_hex(8)}-{where}")

    def folder(self) -> Folder:
        """The folder of the drafts. Raises FileNotFoundError, NotADirectoryError (also for a symlink)."""
        return Folder.enter(self._root, *_FOLDER)

    def create(self, path: Path, content: bytes = b"", flags: int = 0) -> int:
        """Create a locked file with `content`; returns its descriptor. `flags` may add O_APPEND. Raises OSError."""
        descriptor = self._created(path, flags)
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(content)
        except OSError:
            os.close(descriptor)
            self.remove(path)
            raise
        return descriptor

    def prepare(self) -> None:
        """Create the folder of the drafts if it is missing."""
        with Folder.make(self._root, *_FOLDER):
            pass

    def size_bytes(self, path: Path) -> int:
        """The size of a draft. Raises FileNotFoundError."""
        with self.folder() as folder:
            return folder.stat(path.name).st_size

    def read(self, path: Path) -> bytes:
        """The bytes of a draft. Raises FileNotFoundError, NotAFile."""
        with self.folder() as folder:
            return folder.read(path.name)

    def remove(self, path: Path) -> None:
        """Remove a draft, if it is there."""
        try:
            with self.folder() as folder:
                os.unlink(path.name, dir_fd=folder.descriptor)
        except FileNotFoundError:
            pass

    def orphaned(self) -> Iterator[Path]:
        """The drafts of mounts that no longer run."""
        with suppress(FileNotFoundError, NotADirectoryError), self.folder() as folder:
            for name in folder.names():
                path = self._root.joinpath(*_FOLDER, name)
                with suppress(FileNotFoundError, NotAFile):
                    if _is_orphaned(folder, name):
                        yield path

    def _created(self, path: Path, flags: int) -> int:
        try:
            return self._create_in_use(path, flags)
        except FileNotFoundError:  # the first draft of this repository
            self.prepare()
            return self._create_in_use(path, flags)

    def _create_in_use(self, path: Path, flags: int) -> int:
        with self.folder() as folder:
            name = temporary_name()  # a mount that starts must not find it before it is marked
            descriptor = os.open(name, _CREATE | flags, 0o600, dir_fd=folder.descriptor)
            try:
                mark_in_use(descriptor)
                os.rename(name, path.name, src_dir_fd=folder.descriptor, dst_dir_fd=folder.descriptor)
            except OSError:
                os.close(descriptor)
                discard(folder.descriptor, name)
                raise
            return descriptor


def _is_orphaned(folder: Folder, name: str) -> bool:
    descriptor = folder.open(name)
    try:
        return not is_in_use(descriptor)
    finally:
        os.close(descriptor)
