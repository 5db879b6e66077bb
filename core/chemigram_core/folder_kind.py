"""The kind of a folder: a repository, a library, or neither. Checks names and reads no file.

A folder with objects/, refs/ and HEAD is a repository. A folder is part of a library if it or a folder above it holds
library.json, or if a repository is directly inside it. Names that begin with a dot are never part of a library.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from chemigram_core.errors import NotARepository, Refused, shown
from chemigram_core.repository import has_most_parts, part_modes

LIBRARY_FILE = "library.json"


class FolderKind(Enum):
    """A repository, a damaged one, or any other folder, which in a library holds more of it."""

    REPOSITORY = "repository"
    DAMAGED = "damaged repository"
    OTHER = "folder"


def kind_of(path: str, above: int | None = None) -> FolderKind:
    """The kind of the folder at `path`, relative to the open folder `above`. Costs three stats.

    Two of a repository's three names make a damaged one.
    """
    objects, refs, head = modes = part_modes(path, above)
    if S_ISDIR(objects) and S_ISDIR(refs) and S_ISREG(head):
        return FolderKind.REPOSITORY
    return FolderKind.DAMAGED if has_most_parts(modes) else FolderKind.OTHER


def library_above(folder: Path) -> Path | None:
    """The nearest folder that holds library.json: `folder` or one above it."""
    for place in (folder := folder.resolve(), *folder.parents):
        if is_marked(place):
            return place
        if place.name.startswith(".") or kind_of(str(place)) is not FolderKind.OTHER:
            return None
    return None


def is_library(folder: Path) -> bool:
    """Whether a folder is a library, or a folder of one."""
    if not folder.is_dir() or kind_of(str(folder)) is not FolderKind.OTHER:
        return False
    return library_above(folder) is not None or next(repositories_in(folder), None) is not None


def is_marked(folder: Path) -> bool:
    """Whether a folder holds library.json. False if it can't be looked into."""
    try:
        return (folder / LIBRARY_FILE).is_file()
    except OSError:
        return False


def repositories_in(folder: Path) -> Iterator[Path]:
    """The repositories directly inside a folder, in the order of the disk."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_shown(entry) and kind_of(entry.path) is FolderKind.REPOSITORY:
                yield Path(entry.path)


def is_shown(entry: os.DirEntry[str]) -> bool:
    """Whether something in a library's folder can be part of it: a real folder whose name doesn't begin with a dot."""
    return not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)


def require_library(folder: Path) -> None:
    """Raises ARepository, NotALibrary."""
    if kind_of(str(folder)) is FolderKind.REPOSITORY:
        raise ARepository(folder)
    if not is_library(folder):
        raise NotALibrary(folder)


def refuse_library(folder: Path) -> None:
    """Raises ALibrary for a folder that can't become a repository: it holds library.json or repositories."""
    if folder.is_dir() and kind_of(str(folder)) is FolderKind.OTHER:
        inside = next(repositories_in(folder), None)
        if inside is not None or is_marked(folder):
            raise ALibrary(folder, inside)


def explained(error: NotARepository) -> Refused:
    """The error itself, or ALibrary if the folder is a library."""
    with suppress(OSError):
        if is_library(error.path):
            return ALibrary(error.path, next(repositories_in(error.path), None))
    return error


class ALibrary(Refused):
    """A library was given where a repository is needed; `inside` is a repository directly in it, if there is one."""

    def __init__(self, path: Path, inside: Path | None) -> None:
        name = "one of the repositories in it" if inside is None else f"one of them, such as {shown(str(inside))}"
        super().__init__(f"a library of repositories: {shown(str(path))}; name {name}")


class ARepository(Refused):
    """A repository was given where a library or a folder of photographs is needed."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"the repository of one image: {shown(str(path))}; name a library, or a folder for a new one")


class NotALibrary(Refused):
    """A folder is neither a repository nor a library; it may be a folder of photographs."""

    def __init__(self, path: Path) -> None:
        hint = "import a folder of photographs with `chemfs import SHOOT LIBRARY`"
        super().__init__(f"not a chemfs repository or library: {shown(str(path))}; {hint}")
