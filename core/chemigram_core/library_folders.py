"""A library: a tree of folders, some of which are repositories. Found on demand; links in it are not followed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR

from chemigram_core.durable import beneath
from chemigram_core.durable.folder import Folder
from chemigram_core.errors import NotARepository
from chemigram_core.folder_kind import FolderKind, is_shown, kind_of, require_library

RESERVED = frozenset(("roll", "tagged"))  # the reserved names in each folder of a mounted library

SHOWN = frozenset((FolderKind.REPOSITORY, FolderKind.OTHER))

Parts = Sequence[str]
"""A folder of a library: the names on the way to it from the library's root."""


class Library:
    """The library at `root`, or a part of one. Safe for many threads; keeps nothing. Methods raise OSError."""

    def __init__(self, root: Path) -> None:
        """Raises NotARepository if it is not a folder, ARepository, NotALibrary."""
        if not root.is_dir():
            raise NotARepository(root, "not a folder")
        require_library(root)
        self.root = root

    def stat(self, parts: Parts) -> os.stat_result:
        """The attributes of a folder. Raises FileNotFoundError, NotADirectoryError (also for a symlink)."""
        status = beneath.stat_below(self.root, *parts)
        if not S_ISDIR(status.st_mode):
            raise NotADirectoryError(self.path(parts))
        return status

    def kind(self, parts: Parts) -> FolderKind:
        """The kind of a folder. Raises as `stat`."""
        self.stat(parts)
        return kind_of(str(self.path(parts)))

    def names(self, parts: Parts, kinds: Collection[FolderKind] = SHOWN) -> list[str]:
        """The repositories and folders in a folder by the names that they are shown under, sorted.

        Opens one folder, however many repositories are in it; each costs three stats.
        """
        with Folder.enter(self.root, *parts) as folder:
            found = kinds_in(folder)
        return sorted(shown_name(name, found) for name, kind in found.items() if kind in kinds)

    def repository_names(self, parts: Parts) -> tuple[list[str], list[str]]:
        """The names of the repositories in a folder, sorted, and those of its other folders.

        Opens one folder; each name in it costs three stats.
        """
        with Folder.enter(self.root, *parts) as folder:
            kinds = kinds_in(folder)
        repositories = sorted(name for name, kind in kinds.items() if kind is FolderKind.REPOSITORY)
        return repositories, sorted(kinds.keys() - repositories)

    def on_disk(self, parts: Parts, shown: str) -> str:
        """The name of the folder that is shown as `shown` in another one."""
        plain = shown.rstrip("_")
        if plain == shown or plain not in RESERVED:
            return shown
        with Folder.enter(self.root, *parts) as folder:
            names = folder.names()
        return plain if shown not in names and shown_name(plain, names) == shown else shown

    def path(self, parts: Parts) -> Path:
        """Where a folder is."""
        return self.root.joinpath(*parts)

    def repositories(self) -> Iterator[str]:
        """The paths of all repositories, in the order of the disk; a folder that can't be listed is skipped.

        Costs a listing for each folder, and three stats for each folder in it.
        """
        pending = [str(self.root)]
        while pending:
            with suppress(OSError), os.scandir(pending.pop()) as entries:
                for path in [entry.path for entry in entries if is_shown(entry)]:
                    match kind_of(path):
                        case FolderKind.REPOSITORY:
                            yield path
                        case FolderKind.OTHER:
                            pending.append(path)


def kinds_in(folder: Folder) -> dict[str, FolderKind]:
    """The kinds of the folders in an open folder, by their names on disk. Costs three stats for each."""
    with os.scandir(folder.descriptor) as entries:
        found = [entry.name for entry in entries if is_shown(entry)]
    return {name: kind_of(name, folder.descriptor) for name in found}


def shown_name(name: str, names: Collection[str]) -> str:
    """The name that a folder is shown under, beside others in the same folder: `roll_` for `roll`."""
    shown = name
    while shown in RESERVED or (shown != name and shown in names):
        shown += "_"
    return shown


def stored_name(name: str) -> str:
    """The name that a folder gets when it is imported: `roll_` for `roll`, and `roll__` for `roll_`."""
    return f"{name}_" if name.rstrip("_") in RESERVED else name


def original_name(name: str) -> str:
    """The inverse of `stored_name`."""
    return name.removesuffix("_") if name.rstrip("_") in RESERVED else name
