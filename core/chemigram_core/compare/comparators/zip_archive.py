"""Zip archives as folders. Trusts nothing in them: names that lead out, links, secrets and bombs are left out.

Each entry is unpacked once for its hints, a block at a time, and again only when a comparator has to look into it.
"""

from __future__ import annotations

import stat
import weakref
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import cast

from chemigram_core.compare.comparators.container import Listing
from chemigram_core.compare.comparators.hints import hinted
from chemigram_core.compare.item import DataAccess, ItemRef, joined
from chemigram_core.compare.media import ZIP, is_file_of

MAX_ENTRY_BYTES = 1 << 30
MAX_TOTAL_BYTES = 1 << 34
MAX_DEPTH = 64  # folders within folders
MAX_NESTING = 4  # archives within archives

_ITEM_TYPE = "zip"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


class ZipLister:
    """Lists zip archives, and folders in them."""

    def lists(self, item: ItemRef) -> bool:
        """Files that are zips by hint or name, and folders that this lister made of them."""
        return isinstance(item.handle, _Folder) or (is_file_of(item, ZIP) and _nesting(item) < MAX_NESTING)

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        """The entries with their hints; None when it is no zip. Folders without files don't count. Raises OSError."""
        if isinstance(item.handle, _Folder):
            return Listing(_ITEM_TYPE, _one_level(item.logical_path, item.handle.files))
        try:
            archive = _Archive(data.open(item), _nesting(item) + 1)
        except _UNREADABLE:
            return None
        files, left_out = _unpacked(archive, item.logical_path, data)
        return Listing(_ITEM_TYPE, _one_level(item.logical_path, files), left_out)


class _Archive:
    """An open archive, closed with the last entry that refers to it."""

    def __init__(self, stream: BufferedIOBase, nesting: int) -> None:
        weakref.finalize(self, stream.close)
        self.zip = zipfile.ZipFile(stream)
        self.nesting = nesting


@dataclass(frozen=True, slots=True)
class _Entry:
    """Handle of a file in an archive."""

    archive: _Archive
    info: zipfile.ZipInfo

    def open(self) -> BufferedIOBase:
        """The unpacked bytes; zipfile gives never more than the archive's directory promised."""
        return cast(BufferedIOBase, self.archive.zip.open(self.info))


@dataclass(frozen=True, slots=True)
class _Folder:
    """Handle of a folder in an archive: all files below it."""

    files: tuple[ItemRef, ...]


def _unpacked(archive: _Archive, root: str, data: DataAccess) -> tuple[tuple[ItemRef, ...], dict[str, str]]:
    """All files of an archive with their hints, and what is left out with the reason."""
    files: dict[str, ItemRef] = {}
    left_out: dict[str, str] = {}
    total_bytes = 0
    for info in archive.zip.infolist():
        if info.is_dir():
            continue
        path = joined(root, info.filename)
        total_bytes += info.file_size
        reason = _danger(info, total_bytes) or ("named twice" if path in files else None)
        try:
            if reason is None:
                files[path] = hinted(path, _Entry(archive, info), data)
        except _UNREADABLE as broken:
            reason = f"it can't be unpacked ({broken})"
        if reason is not None:
            left_out[path] = reason
    return tuple(files.values()), left_out


def _danger(info: zipfile.ZipInfo, total_bytes: int) -> str | None:
    """Why an entry must not be unpacked."""
    parts = info.filename.split("/")
    checks = {
        "its name leads out of the archive": ".." in parts or "\\" in info.filename or parts[0] in {"", "~"},
        "its name is no path": "." in parts or "" in parts or len(parts) > MAX_DEPTH,
        "a link": stat.S_ISLNK(info.external_attr >> 16),
        "encrypted": bool(info.flag_bits & 1),
        f"larger than {MAX_ENTRY_BYTES} bytes": info.file_size > MAX_ENTRY_BYTES,
        f"the archive is larger than {MAX_TOTAL_BYTES} bytes": total_bytes > MAX_TOTAL_BYTES,
    }
    return next((reason for reason, found in checks.items() if found), None)


def _one_level(folder: str, files: Sequence[ItemRef]) -> list[ItemRef]:
    """What stands directly in `folder`: files, and folders that hold the deeper ones."""
    direct: list[ItemRef] = []
    deeper: dict[str, list[ItemRef]] = {}
    start = len(folder) + 1 if folder else 0
    for file in files:
        first, slash, _ = file.logical_path[start:].partition("/")
        (deeper.setdefault(first, []) if slash else direct).append(file)
    return direct + [
        ItemRef(joined(folder, name), is_directory=True, handle=_Folder(tuple(inside)))
        for name, inside in deeper.items()
    ]


def _nesting(item: ItemRef) -> int:
    return item.handle.archive.nesting if isinstance(item.handle, _Entry) else 0
