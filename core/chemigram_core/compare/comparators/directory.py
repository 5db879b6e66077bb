"""Folders on disk: hash, size and kind of each file from one read. Follows no link out of the root."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from chemigram_core.compare.comparators.container import MAX_DEPTH, Listing
from chemigram_core.compare.comparators.hints import hinted
from chemigram_core.compare.item import DataAccess, ItemRef, joined
from chemigram_core.compare.media_type import SNIFFED_BYTES, ZIP, sniffed
from chemigram_core.errors import NeitherFileNorFolder

_ITEM_TYPE = "directory"


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Handle of a file or folder at `path`, inside the folder `root` that comparing began with."""

    path: Path
    root: Path

    def open(self) -> BufferedIOBase:
        """The file's bytes. Raises OSError."""
        return self.path.open("rb")


def item_on_disk(path: Path) -> ItemRef:
    """A file or folder to compare as a whole. Raises NeitherFileNorFolder, OSError when it can't be read."""
    mode = path.stat().st_mode  # first, because `resolve` raises no OSError for a loop of links
    handle = OnDisk(path, path.resolve())
    if stat.S_ISDIR(mode):
        return ItemRef("", is_directory=True, handle=handle)
    if not stat.S_ISREG(mode):
        raise NeitherFileNorFolder(path)
    with handle.open() as stream:
        media_type = sniffed(stream.read(SNIFFED_BYTES))
    return ItemRef("" if media_type == ZIP else path.name, is_directory=False, handle=handle, media_type=media_type)


class DirectoryLister:
    """Lists folders on disk."""

    def lists(self, item: ItemRef) -> bool:
        """Folders that `item_on_disk` or this lister made."""
        return item.is_directory and isinstance(item.handle, OnDisk)

    def listing(self, item: ItemRef, data: DataAccess) -> Listing | None:
        """The entries by name; links that lead out of the root and what is neither file nor folder are left out."""
        if not isinstance(item.handle, OnDisk):
            return None
        items, left_out = [], {}
        for name in sorted(os.listdir(item.handle.path)):
            path = joined(item.logical_path, name)
            found = _entry(OnDisk(item.handle.path / name, item.handle.root), path, data)
            if isinstance(found, ItemRef):
                items.append(found)
            else:
                left_out[path] = found
        return Listing(_ITEM_TYPE, items, left_out)


def _entry(handle: OnDisk, path: str, data: DataAccess) -> ItemRef | str:
    """The item at a handle, or why it is skipped."""
    try:
        mode = handle.path.stat().st_mode
        if handle.path.is_symlink() and not handle.path.resolve().is_relative_to(handle.root):
            return "a link that leads out of the folder"
        if stat.S_ISDIR(mode):
            return _folder(handle, path)
        return hinted(path, handle, data) if stat.S_ISREG(mode) else "neither a file nor a folder"
    except OSError as error:
        return f"it can't be read ({error.strerror})"


def _folder(handle: OnDisk, path: str) -> ItemRef | str:
    if handle.path.is_symlink():
        return "a link to a folder"
    os.scandir(handle.path).close()  # if it can't be listed, it is skipped here, and doesn't fail the comparison later
    return "too deep" if path.count("/") >= MAX_DEPTH else ItemRef(path, is_directory=True, handle=handle)
