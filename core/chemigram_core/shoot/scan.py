"""The folders of a shoot with their images, as they are on disk. Opens no file, follows no link to a folder.

Repositories, libraries, excluded folders (mounts) and names that begin with a dot are not part of a shoot.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from chemigram_core.folder_kind import FolderKind, is_marked, kind_of
from chemigram_core.image.extensions import is_image
from chemigram_core.shoot.file_names import SUFFIX, ImageNames, match
from chemigram_core.shoot.problem import Kind, Problem


@dataclass(frozen=True, slots=True)
class ShootFolder:
    """A folder: the names on the way to it, its images, its problems, the names of the folders in it."""

    parts: tuple[str, ...]
    path: Path
    images: list[ImageNames]
    problems: list[Problem]
    folders: list[str]

    def only(self, names: Collection[str]) -> ShootFolder:
        """The part about these files: all sidecars of an image that is among them, and other sidecars that are."""
        found = [
            each if each.image in names else replace(each, sidecars=_among(each.sidecars, names))
            for each in self.images
        ]
        images = [each for each in found if each.sidecars or each.image in names]
        return replace(self, images=images, problems=[each for each in self.problems if Path(each.path).name in names])

    def without(self, names: Collection[str]) -> ShootFolder:
        """The same without these sidecars."""
        if not names:
            return self
        rest = [
            replace(each, sidecars=_among(each.sidecars, {*each.sidecars.values()}.difference(names)))
            for each in self.images
        ]
        return replace(self, images=rest)


def _among(sidecars: Mapping[int, str], names: Collection[str]) -> dict[int, str]:
    return {number: name for number, name in sidecars.items() if name in names}


@dataclass(slots=True)
class _Listing:
    """The names in one folder by what they are."""

    folders: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    sidecars: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _ignore(_: tuple[str, ...]) -> None:
    """Do nothing with a folder."""


def scan(
    shoot: Path,
    apart: Collection[Path],
    start: tuple[str, ...] = (),
    entered: Callable[[tuple[str, ...]], None] = _ignore,
) -> Iterator[ShootFolder]:
    """The folder `start` of a shoot and every folder in it, a folder before those in it.

    `apart` are skipped, by their paths without links. `entered` is called before a folder is listed.
    """
    real = shoot.resolve()  # the shoot's own path may have links, which images are then linked through
    pending = [start] if not start or _is_part(real.joinpath(*start), apart) else []
    while pending:
        parts = pending.pop()
        entered(parts)
        folder = listed(shoot, parts)
        yield folder
        inside = (name for name in folder.folders if _is_part(real.joinpath(*parts, name), apart))
        pending += [(*parts, name) for name in sorted(inside, reverse=True)]


def listed(shoot: Path, parts: tuple[str, ...]) -> ShootFolder:
    """The current listing of one folder of a shoot."""
    path = shoot.joinpath(*parts)
    listing = _listing(path)
    images, strays = match(listing.images, listing.sidecars)
    problems = [*listing.problems, *(Problem(stray.kind, str(path / stray.name), stray.says) for stray in strays)]
    return ShootFolder(parts, path, images, problems, listing.folders)


def _is_part(folder: Path, apart: Collection[Path]) -> bool:
    """Whether a folder is more of the shoot. A mount is not even looked into: its daemon may be dead."""
    if folder in apart or kind_of(str(folder)) is not FolderKind.OTHER:
        return False
    return not is_marked(folder)


def _listing(path: Path) -> _Listing:
    listing = _Listing()
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    _sort_in(entry, listing)
    except (FileNotFoundError, NotADirectoryError):
        pass  # removed since the folder that it was in was listed
    except OSError as error:
        listing.problems.append(Problem(Kind.UNREADABLE, str(path), f"can't be listed: {error.strerror}"))
    return listing


def _sort_in(entry: os.DirEntry[str], listing: _Listing) -> None:
    if entry.is_dir(follow_symlinks=False):
        listing.folders.append(entry.name)
    elif is_image(entry.name):
        _sort_in_image(entry, listing)
    elif entry.name.endswith(SUFFIX):
        listing.sidecars.append(entry.name)
    elif entry.name.lower().endswith(SUFFIX):
        listing.problems.append(Problem(Kind.FOREIGN, entry.path, "darktable writes .xmp in lower case"))
    elif entry.is_symlink() and _is(entry, is_folder=True):
        listing.problems.append(Problem(Kind.LINKED_FOLDER, entry.path, "a link to a folder"))


def _sort_in_image(entry: os.DirEntry[str], listing: _Listing) -> None:
    if _is(entry, is_folder=False):
        listing.images.append(entry.name)
    elif entry.is_symlink() and _is(entry, is_folder=True):
        listing.problems.append(Problem(Kind.LINKED_FOLDER, entry.path, "a link to a folder"))
    elif entry.is_symlink():
        listing.problems.append(Problem(Kind.UNREADABLE, entry.path, "a link that leads to no file"))
    else:
        listing.problems.append(Problem(Kind.NOT_A_FILE, entry.path, "not an ordinary file"))


def _is(entry: os.DirEntry[str], *, is_folder: bool) -> bool:
    """Whether an entry, or what it links to, is a folder or else a file; loops and what is out of reach are neither."""
    try:
        return entry.is_dir() if is_folder else entry.is_file()
    except OSError:
        return False
