"""The repositories of a library, or of a folder of one, in the order of their paths, for operations on many.

A damaged repository is a member, too, and a folder that can't be listed is reported: neither is silently omitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.errors import StoreFailed, shown
from chemigram_core.folder_kind import FolderKind, require_library
from chemigram_core.library_folders import kinds_in


class UnlistedFolder(StoreFailed):
    """A folder of a library can't be listed: there may be repositories in it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"can't list folder ({reason}): {shown(str(path))}; change its permissions (chmod)")


@dataclass(frozen=True, slots=True)
class Member:
    """A repository, whole or damaged: its path below the folder that was named, with slashes, and where it is.

    A folder that can't be listed has an `error` instead.
    """

    path: str
    root: Path
    error: UnlistedFolder | None = None


def members(place: Path) -> list[Member]:
    """The repositories of a library, or of a folder of one. Raises ARepository, NotALibrary.

    Opens each folder once, with three stats for each folder in it.
    """
    require_library(place)
    found: list[Member] = []
    pending: list[tuple[tuple[str, ...], FolderKind]] = [((), FolderKind.OTHER)]
    while pending:
        parts, kind = pending.pop()
        path = place.joinpath(*parts)
        if kind is not FolderKind.OTHER:
            found.append(Member("/".join(parts), path))
            continue
        try:
            with Folder.enter(place, *parts) as folder:
                inside = kinds_in(folder)
        except OSError as error:
            found.append(Member("/".join(parts) or ".", path, UnlistedFolder(path, error.strerror or "")))
        else:
            pending += [((*parts, name), inside[name]) for name in sorted(inside, reverse=True)]
    return found
