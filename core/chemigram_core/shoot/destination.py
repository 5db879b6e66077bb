"""The folder for a shoot in a library: LIBRARY/<name of SHOOT>, as in `cp -r`. Refuses to mix two shoots."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from chemigram_core.errors import NotAFile, Refused, shown
from chemigram_core.folder_kind import LIBRARY_FILE, ARepository, FolderKind, is_marked, kind_of, library_above
from chemigram_core.image.extensions import is_image
from chemigram_core.library_file import read_shoots
from chemigram_core.library_folders import stored_name


class UnusableShoot(Refused):
    """A folder can't be imported; `reason` says why, and what to do."""

    def __init__(self, shoot: Path, reason: str) -> None:
        super().__init__(f"can't import {shown(str(shoot))}: {reason}")


class UnusableLibrary(Refused):
    """A folder can't be a library; `reason` says why, and what to do."""

    def __init__(self, library: Path, reason: str) -> None:
        super().__init__(f"can't import into {shown(str(library))}: {reason}")


@dataclass(frozen=True, slots=True)
class Destination:
    """A shoot, the root of the library, and the shoot's folder in it by its names from the root.

    The shoot's path is kept as it was given, links included, and made absolute; `above` is the folder that it was given
    from if it was relative. Shoots are compared by their paths without links.
    """

    shoot: Path
    root: Path
    parts: tuple[str, ...]
    above: Path | None = None

    def as_given(self, image: Path) -> Path:
        """The path of an image in the shoot, relative if the shoot's was."""
        return image if self.above is None else image.relative_to(self.above)

    @property
    def key(self) -> str:
        """The folder as library.json names it."""
        return "/".join(self.parts)

    @property
    def folder(self) -> Path:
        """The path of the folder, which may not exist yet."""
        return self.root.joinpath(*self.parts)


def destination(shoot: Path, library: Path) -> Destination:
    """The destination of a shoot. Writes nothing. Raises UnusableShoot, UnusableLibrary, ARepository, StoreFailed."""
    named, library = shoot.absolute(), library.resolve()
    _check_shoot(named, shoot.resolve())
    _check_library(library)
    root = library_above(library) or library
    if shoot.resolve().is_relative_to(root):
        raise UnusableShoot(named, "it is inside the library; keep the photographs and the library apart")
    parts = (*library.relative_to(root).parts, stored_name(_name(named)))
    found = Destination(named, root, parts, None if shoot.is_absolute() else Path.cwd())
    _check_origin(found)
    return found


def _check_shoot(named: Path, shoot: Path) -> None:
    if not shoot.is_dir():
        raise UnusableShoot(named, "not a folder" if shoot.exists() else "no such folder")
    for place in (shoot, *shoot.parents):
        if kind_of(str(place)) is not FolderKind.OTHER:
            raise ARepository(place)
    if library_above(shoot) is not None:
        raise UnusableShoot(named, "it is a library, or a folder of one; give a folder of photographs")
    if not _name(named) or _name(named).startswith("."):
        raise UnusableShoot(named, "a library has no folder of that name; rename it, or import a folder in it")


def _name(shoot: Path) -> str:
    """The last name in the given path of a shoot; that of the folder for `..`."""
    return shoot.resolve().name if shoot.name == ".." else shoot.name


def _check_library(library: Path) -> None:
    for place in (library, *library.parents):
        if kind_of(str(place)) is not FolderKind.OTHER:
            raise ARepository(place)
    if not library.exists() or is_marked(library):
        return
    if not library.is_dir():
        raise UnusableLibrary(library, "not a folder")
    with os.scandir(library) as entries:
        if any(is_image(entry.name) and entry.is_file() for entry in entries):
            raise UnusableLibrary(library, "it contains photographs; choose a separate folder for the library")


def _check_origin(found: Destination) -> None:
    try:
        known = read_shoots(found.root).get(found.key) if found.root.is_dir() else None
    except NotAFile as error:
        raise UnusableLibrary(found.root, str(error)) from error
    if known is not None and known != str(found.shoot.resolve()):
        hint = "rename the folder, or choose another library"
        if not Path(known).exists():
            hint += f"; if it was moved, write its new path into {found.root / LIBRARY_FILE}"
        raise UnusableShoot(found.shoot, f"{found.folder} came from {shown(known)}; {hint}")
