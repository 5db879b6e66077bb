"""The folder of a gallery: written completely or not at all, and never over files that are not a gallery's.

It is written into a temporary folder beside it, whose name begins with `.chemfs-gallery-`. One that a killed process
left there is removed by the next gallery in the same place.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from chemigram_core.durable import beneath
from chemigram_core.durable.exchange import swap
from chemigram_core.durable.mount_table import repository_mounts
from chemigram_core.durable.temporary_folder import locked, remove_abandoned, temporary_folder
from chemigram_core.errors import NotAFile, Refused, shown
from chemigram_core.folder_kind import FolderKind, kind_of

LIST_FILE = "gallery.json"  # lists every file of the gallery, so that a later one replaces only these
_PREFIX = ".chemfs-gallery-"


class NotAGallery(Refused):
    """A folder holds files that no gallery has written."""

    def __init__(self, folder: Path, file: str) -> None:
        super().__init__(f"not part of a gallery: {shown(file)} in {shown(str(folder))}; choose another folder")


class NotAPlace(Refused):
    """A gallery can't be at that place."""

    def __init__(self, target: Path, reason: str) -> None:
        super().__init__(f"can't write a gallery to {shown(str(target))}: {reason}; choose another folder")


class NotWritten(Exception):
    """A picture can't be written. That stops the gallery; what can't be read, an OSError too, is a state's problem."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


@contextmanager
def new_gallery(target: Path) -> Iterator[Path]:
    """A folder to write a gallery into, which is at `target` when the context ends without an error.

    It takes the place of an earlier gallery or of an empty folder. Raises NotAGallery for any other folder, NotAPlace;
    OSError, which names `target` where it is about the gallery.
    """
    target = target.resolve()
    _require_place(target)
    require_gallery(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(target.parent, _PREFIX, _is_gallery)
    with _names(target), temporary_folder(target.parent, _PREFIX) as folder:
        yield folder
        listed = json.dumps({"files": [*_files(folder)]}, indent=1, ensure_ascii=True)
        (folder / LIST_FILE).write_text(f"{listed}\n", encoding="ascii")
        _put(folder, target)


@contextmanager
def _names(target: Path) -> Iterator[None]:
    """Let errors name the folder that the user knows, not the temporary one."""
    try:
        yield
    except NotWritten as failed:
        raise OSError(failed.error.errno, failed.error.strerror, str(target)) from failed
    except OSError as error:
        if not str(error.filename).startswith(str(target.with_name(_PREFIX))):
            raise
        raise OSError(error.errno, error.strerror, str(target)) from error


def _require_place(target: Path) -> None:
    """Raises NotAPlace. No folder in a mount is looked at."""
    mounts = repository_mounts().places()
    for place in (target, *target.parents):
        if str(place) in mounts:
            raise NotAPlace(target, "it is in a chemfs mount")
    if any(kind_of(str(place)) is not FolderKind.OTHER for place in (target, *target.parents)):
        raise NotAPlace(target, "it is in a repository")
    if target.is_mount():
        raise NotAPlace(target, "a filesystem is mounted there")


def _is_gallery(folder: Path) -> bool:
    """Whether a folder that was abandoned holds what galleries have written, and no more."""
    if not (folder / LIST_FILE).exists():
        return True  # not all is written yet, or not all was removed
    with suppress(NotAGallery, OSError):
        require_gallery(folder)
        return True
    return False


def require_gallery(target: Path) -> None:
    """Check that a folder is free, empty or a gallery. Raises NotAGallery, OSError."""
    known = _listed(target)
    for file in _files(target) if os.path.lexists(target) else ():
        if file not in known:
            raise NotAGallery(target, file)


def _put(new: Path, target: Path) -> None:
    """Give a new gallery its name; the old one has the name of `new` afterwards."""
    if not os.path.lexists(target):
        new.rename(target)
        return
    with ExitStack() as earlier:
        with suppress(OSError):  # without locks no other gallery takes the earlier one for abandoned, either
            earlier.enter_context(locked(target))
        swap(new, target)
        try:
            require_gallery(new)  # another program may have put a file there meanwhile
        except NotAGallery:
            swap(new, target)
            raise
        shutil.rmtree(new, ignore_errors=True)


def _listed(folder: Path) -> frozenset[str]:
    """The files that a gallery lists as its own."""
    try:
        with os.fdopen(beneath.open_file(folder, LIST_FILE), "rb") as file:
            found = json.load(file)["files"]
        return frozenset((*map(str, found), LIST_FILE))
    except (OSError, NotAFile, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()


def _files(folder: Path) -> Iterator[str]:
    """The paths of everything below a folder except folders, sorted. Raises OSError."""
    if folder.is_symlink() or not folder.is_dir():
        raise NotADirectoryError(0, "not a folder", str(folder))
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from (f"{entry.name}/{file}" for file in _files(folder / entry.name))
        else:
            yield entry.name
