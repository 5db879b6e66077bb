"""Zip archives as folders. Trusts nothing in them: skips names that lead out, links, encrypted entries and zip bombs.

Each entry is unpacked once for its hints, a block at a time, and again only when a comparator has to read it.
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

from chemigram_core.compare.comparators.container import MAX_DEPTH, Listing
from chemigram_core.compare.comparators.hints import hinted
from chemigram_core.compare.item import DataAccess, ItemRef, joined
from chemigram_core.compare.media_type import ZIP, is_file_of

MAX_ENTRY_BYTES = 1 << 30
MAX_TOTAL_BYTES = 1 << 34
MAX_NESTING = 4  # archives within archives
MAX_NESTED_BYTES = 1 << 26  # of an archive within another: it is unpacked again for each access

_ITEM_TYPE = "zip"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


class ZipLister:
    """Lists zip archives, and folders in them."""

    def lists(self, item: ItemRef) -> bool:
        """Files that are zips by hint or name, and folders that this lister made of them."""
        return isinstance(item.handle, _Folder) or (is_file_of(item, ZIP) and _can_be_nested(item))

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        """The entries with their hints; None when it is not a zip. Empty folders don't count. Raises OSError."""
        if isinstance(item.handle, _Folder):
            return Listing(_ITEM_TYPE, _one_level(item.logical_path, item.handle.files))
        try:
            archive = _Archive(data.open(item), item.handle.archive if isinstance(item.handle, _Entry) else None)
        except _UNREADABLE:
            return None
        files, left_out = _unpacked(archive, item.logical_path, data)
        return Listing(_ITEM_TYPE, _one_level(item.logical_path, files), left_out)


class _Archive:
    """An open archive, closed with the last entry that refers to it."""

    def __init__(self, stream: BufferedIOBase, outer: _Archive | None) -> None:
        weakref.finalize(self, stream.close)
        self.zip = zipfile.ZipFile(stream)
        self.nesting: int = 1 if outer is None else outer.nesting + 1
        self.budget: _Budget = _Budget() if outer is None else outer.budget


class _Budget:
    """The size limit for unpacking an archive and everything in it."""

    def __init__(self) -> None:
        self.left_bytes = MAX_TOTAL_BYTES


@dataclass(frozen=True, slots=True)
class _Entry:
    """Handle of a file in an archive."""

    archive: _Archive
    info: zipfile.ZipInfo

    def open(self) -> BufferedIOBase:
        """The unpacked bytes; zipfile never returns more than the archive's directory states."""
        return cast(BufferedIOBase, self.archive.zip.open(self.info))


@dataclass(frozen=True, slots=True)
class _Folder:
    """Handle of a folder in an archive: all files below it."""

    files: tuple[ItemRef, ...]


def _unpacked(archive: _Archive, root: str, data: DataAccess) -> tuple[tuple[ItemRef, ...], dict[str, str]]:
    """All files of an archive with their hints, and what is left out with the reason."""
    files: dict[str, ItemRef] = {}
    left_out: dict[str, str] = {}
    for info in sorted(archive.zip.infolist(), key=lambda info: info.header_offset):
        if info.is_dir():
            continue
        path = joined(root, info.filename)
        archive.budget.left_bytes -= info.file_size
        reason = _danger(info, archive.budget) or ("named twice" if path in files else None)
        try:
            if reason is None:
                files[path] = hinted(path, _Entry(archive, info), data)
        except _UNREADABLE as broken:
            reason = f"it can't be unpacked ({broken})"
        if reason is not None:
            left_out[path] = reason
    return tuple(files.values()), left_out


def _danger(info: zipfile.ZipInfo, budget: _Budget) -> str | None:
    """Why an entry must not be unpacked."""
    parts = info.filename.split("/")
    checks = {
        "its name leads out of the archive": ".." in parts or "\\" in info.filename or parts[0] in {"", "~"},
        "its name is not a path": "." in parts or "" in parts or len(parts) > MAX_DEPTH,
        "a link": stat.S_ISLNK(info.external_attr >> 16),
        "encrypted": bool(info.flag_bits & 1),
        f"larger than {MAX_ENTRY_BYTES} bytes": info.file_size > MAX_ENTRY_BYTES,
        f"the archive is larger than {MAX_TOTAL_BYTES} bytes": budget.left_bytes < 0,
    }
    return next((reason for reason, found in checks.items() if found), None)


def _one_level(folder: str, files: Sequence[ItemRef]) -> list[ItemRef]:
    """The direct content of `folder`: files, and folders with the deeper ones."""
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


def _can_be_nested(item: ItemRef) -> bool:
    """Whether an archive isn't too deep in others, or too large for one in another."""
    if not isinstance(item.handle, _Entry):
        return True
    return item.handle.archive.nesting < MAX_NESTING and item.handle.info.file_size <= MAX_NESTED_BYTES
