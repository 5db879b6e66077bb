"""A file of the repository, passed through, and a constant text."""

from __future__ import annotations

from chemfs.tree.errors import NotFound
from chemfs.tree.nodes import File
from chemfs.tree.objects import READ_ONLY_MODE
from chemfs.tree.open_files import BytesFile, Caching, DescriptorFile, OpenFile, Stat
from chemfs.tree.open_repository import Opened
from chemfs.tree.permissions import Permissions, read_only
from chemigram_core.durable.folder import Folder as RealFolder


class RealFile(File):
    """A file in the repository's folder, which other programs may change."""

    __slots__ = ("_folders", "_name", "_opened")

    def __init__(self, opened: Opened, *parts: str) -> None:
        self._opened = opened
        *self._folders, self._name = parts

    def stat(self) -> Stat:
        try:
            with self._folder() as folder:
                status = folder.stat(self._name)
        except FileNotFoundError as error:
            raise NotFound(self._name) from error
        permissions = read_only(status, "/".join((str(self._opened().repository.root), *self._folders)))
        return Stat(status.st_size, status.st_mtime_ns, *permissions)

    def open_to_read(self) -> OpenFile:
        with self._folder() as folder:
            return DescriptorFile(folder.open(self._name), Caching.NONE, self.stat().mode)

    def _folder(self) -> RealFolder:
        return RealFolder.enter(self._opened().repository.root, *self._folders)


class Text(File):
    """A text that never changes."""

    __slots__ = ("_data", "_mtime_ns", "_permissions")

    def __init__(self, data: bytes, mtime_ns: int, folder: Permissions) -> None:
        """It may be read as `folder` may be listed."""
        self._permissions = folder._replace(mode=folder.mode & READ_ONLY_MODE)
        self._data = data
        self._mtime_ns = mtime_ns

    def stat(self) -> Stat:
        return Stat(len(self._data), self._mtime_ns, *self._permissions)

    def open_to_read(self) -> OpenFile:
        return BytesFile(self._data)
