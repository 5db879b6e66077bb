"""FUSE's words in, ours out: the protocol of libfuse 2 by fusepy, and no rule of its own.

Whatever goes wrong becomes a number here, since fusepy 3.0.1 turns an OSError without one into ERANGE and anything
else into EINVAL. Callbacks that are not needed are absent, so the kernel stops asking. Reads and writes come by the
number of an open file, without a path: it may have been renamed or removed meanwhile.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import fuse

from chemfs import errnos
from chemfs.filesystem import Filesystem
from chemfs.handles import Caching
from chemfs.nodes import Directory, File, Link, Node, NodeKind

_OPTIONS: dict[str, bool | float] = {
    "foreground": True,
    "attr_timeout": 0.0,  # sizes and times are asked for each time: a save elsewhere is seen at once
    "entry_timeout": 1.0,  # that a name is there is believed for a second
    "big_writes": True,  # 128 KiB a write instead of 4
    "atomic_o_trunc": True,  # which handle truncates is known, so no other one's draft is cut
    "hard_remove": True,  # no renaming of open files that are removed: that would look like a save
}
_TYPES = {NodeKind.FOLDER: stat.S_IFDIR, NodeKind.FILE: stat.S_IFREG, NodeKind.LINK: stat.S_IFLNK}
_SOME_INODE = 1  # entries without a number disappear; the kernel replaces it by its own


class FileInfo(Protocol):
    """What fusepy passes of libfuse's fuse_file_info."""

    flags: int
    fh: int
    direct_io: int
    keep_cache: int


def serve(view: Filesystem, mountpoint: str, options: Mapping[str, bool | str], on_live: Callable[[], None]) -> None:
    """Mount and serve until unmounted; `on_live` is called when the kernel has answered. Raises RuntimeError."""
    fuse.FUSE(Adapter(view, on_live), mountpoint, raw_fi=True, **_OPTIONS, **options)


class Adapter:
    """The callbacks, called by libfuse from many threads."""

    use_ns = True
    flag_nullpath_ok = 1
    flag_nopath = 1

    def __init__(self, view: Filesystem, on_live: Callable[[], None]) -> None:
        self._view = view
        self._on_live = on_live
        self._owner = {"st_uid": os.getuid(), "st_gid": os.getgid()}

    def __call__(self, operation: str, *arguments: Any) -> Any:
        try:
            return getattr(self, operation)(*arguments)
        except Exception as error:
            raise fuse.FuseOSError(errnos.number(error)) from error

    def init(self, _: str) -> None:
        self._view.start()
        self._on_live()

    def destroy(self, _: str) -> None:
        self._view.stop()

    def getattr(self, path: str, fi: FileInfo | None = None) -> dict[str, int]:
        return self._attributes(self._view.node(path) if fi is None else self._view.handle(fi.fh).node())

    def access(self, path: str, mode: int) -> None:
        if mode & os.W_OK:
            self._view.check_writable(path)

    def readlink(self, path: str) -> str:
        return self._view.link_target(path)

    def opendir(self, path: str) -> int:
        return self._view.number_of_listing(path)

    def readdir(self, _: str | None, number: int) -> Iterator[tuple[str, dict[str, int], int]]:
        for name, kind in ((".", NodeKind.FOLDER), ("..", NodeKind.FOLDER), *self._view.listing(number)):
            yield name, {"st_mode": _TYPES[kind], "st_ino": _SOME_INODE}, 0

    def releasedir(self, _: str | None, number: int) -> None:
        self._view.release_listing(number)

    def open(self, path: str, fi: FileInfo) -> None:
        self._opened(fi, self._view.number(path, fi.flags))

    def create(self, path: str, mode: int, fi: FileInfo) -> None:
        self._opened(fi, self._view.number(path, fi.flags | os.O_CREAT, stat.S_IMODE(mode)))

    def read(self, _: str | None, size: int, offset: int, fi: FileInfo) -> bytes:
        return self._view.handle(fi.fh).read(size, offset)

    def write(self, _: str | None, data: bytes, offset: int, fi: FileInfo) -> int:
        return self._view.handle(fi.fh).write(data, offset)

    def truncate(self, path: str, length: int, fi: FileInfo | None = None) -> None:
        if fi is None:
            self._view.truncate(path, length)
        else:
            self._view.handle(fi.fh).truncate(length)

    def flush(self, _: str | None, fi: FileInfo) -> None:
        self._view.handle(fi.fh).flush()

    def fsync(self, _: str | None, __: int, fi: FileInfo) -> None:
        self._view.handle(fi.fh).sync()

    def release(self, _: str | None, fi: FileInfo) -> None:
        self._view.release(fi.fh)

    def mkdir(self, path: str, mode: int) -> None:
        changes, parts = self._view.changes(path)
        changes.make_folder(parts, stat.S_IMODE(mode))

    def rmdir(self, path: str) -> None:
        changes, parts = self._view.changes(path)
        changes.remove_folder(parts)

    def unlink(self, path: str) -> None:
        changes, parts = self._view.changes(path)
        changes.remove(parts)

    def rename(self, old: str, new: str) -> None:
        changes, old_parts, new_parts = self._view.changes_of_two(old, new)
        changes.rename(old_parts, new_parts)

    def link(self, new: str, old: str) -> None:
        changes, old_parts, new_parts = self._view.changes_of_two(old, new)
        changes.link(old_parts, new_parts)

    def symlink(self, path: str, target: str) -> None:
        changes, parts = self._view.changes(path)
        changes.symlink(target, parts)

    def chmod(self, path: str, mode: int) -> None:
        changes, parts = self._view.changes(path)
        changes.set_mode(parts, stat.S_IMODE(mode))

    def chown(self, path: str, _: int, __: int) -> None:
        self._view.check_writable(path)

    def utimens(self, path: str, times: tuple[int, int]) -> None:
        changes, parts = self._view.changes(path)
        changes.set_times(parts, times)

    def getxattr(self, path: str, name: str, _: int = 0) -> bytes:
        return self._view.attribute(path, name)

    def listxattr(self, path: str) -> list[str]:
        return self._view.attribute_names(path)

    def setxattr(self, path: str, name: str, value: bytes, flags: int, _: int = 0) -> None:
        self._view.set_attribute(path, name, value, flags)

    def removexattr(self, path: str, name: str) -> None:
        self._view.remove_attribute(path, name)

    def statfs(self, _: str) -> dict[str, int]:
        status = os.statvfs(self._view.root)
        return {name: getattr(status, name) for name in dir(status) if name.startswith("f_")}

    def _opened(self, fi: FileInfo, number: int) -> None:
        fi.fh = number
        caching = self._view.handle(number).caching
        fi.keep_cache = caching is Caching.KEEP
        fi.direct_io = caching is Caching.NONE

    def _attributes(self, node: Node) -> dict[str, int]:
        match node:
            case File(size_bytes, mtime_ns, mode):
                kind, links = stat.S_IFREG, 1
            case Directory(mtime_ns, _, mode):
                kind, links, size_bytes = stat.S_IFDIR, 2, 0
            case Link(target, mtime_ns):
                kind, links, mode, size_bytes = stat.S_IFLNK, 1, 0o777, len(os.fsencode(target))
        times = dict.fromkeys(("st_mtime", "st_atime", "st_ctime"), mtime_ns)
        blocks = {"st_blocks": -(-size_bytes // 512), "st_blksize": 131072}
        return {"st_mode": kind | mode, "st_nlink": links, "st_size": size_bytes, **times, **blocks, **self._owner}
