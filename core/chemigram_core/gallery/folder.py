"""The folder of a gallery: written whole or not at all, and never over files that are not a gallery's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chemigram_core.durable.exchange import swap
from chemigram_core.durable.replacement import temporary_name
from chemigram_core.errors import Refused, shown

LIST_FILE = "gallery.json"  # names every file of the gallery, so that a later one replaces these and no other


class NotAGallery(Refused):
    """A folder holds files that no gallery has written."""

    def __init__(self, folder: Path, file: str) -> None:
        super().__init__(f"not a file of a gallery: {shown(file)} in {shown(str(folder))}; name another folder")


@contextmanager
def new_gallery(target: Path) -> Iterator[Path]:
    """A folder to write a gallery into, which is at `target` when the context ends without an error.

    It takes the place of an earlier gallery or of an empty folder. Raises NotAGallery for any other; OSError.
    """
    target = target.resolve()
    require_gallery(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.with_name(temporary_name())
    folder.mkdir()
    try:
        yield folder
        listed = json.dumps({"files": [*_files(folder)]}, indent=1, ensure_ascii=True)
        (folder / LIST_FILE).write_text(f"{listed}\n", encoding="ascii")
        _put(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def require_gallery(target: Path) -> None:
    """Check that a folder is free, empty or a gallery. Raises NotAGallery, OSError."""
    known = _listed(target)
    for file in _files(target) if os.path.lexists(target) else ():
        if file not in known:
            raise NotAGallery(target, file)


def _put(new: Path, target: Path) -> None:
    """Give a new gallery its name; what was there has the name of `new` afterwards."""
    if not os.path.lexists(target):
        new.rename(target)
        return
    swap(new, target)
    try:
        require_gallery(new)  # another program may have put a file there meanwhile
    except NotAGallery:
        swap(new, target)
        raise


def _listed(folder: Path) -> frozenset[str]:
    """The files that a gallery says are its own."""
    try:
        found = json.loads((folder / LIST_FILE).read_bytes())["files"]
        return frozenset((*map(str, found), LIST_FILE))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()


def _files(folder: Path) -> Iterator[str]:
    """The paths of all files below a folder, sorted; what is no folder is a file. Raises OSError."""
    if folder.is_symlink() or not folder.is_dir():
        raise NotADirectoryError(0, "not a folder", str(folder))
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from (f"{entry.name}/{file}" for file in _files(folder / entry.name))
        else:
            yield entry.name
