"""Whether a shoot and its library are there, and still the same ones. Opens library.json alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from chemfs.mount.mountpoint import located, mounts_below
from chemigram_core.errors import StoreFailed
from chemigram_core.shoot.capture import LibraryGone, is_prepared
from chemigram_core.shoot.destination import Destination

Identity = tuple[int, int]
"""Device and inode number of a folder."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Both are there. A drive that was plugged in again, or another folder of that name, makes another value."""

    shoot: Identity
    library: Identity
    mounts: frozenset[Path]  # in the shoot: what is on them comes and goes without an event


def presence(place: Destination) -> Presence | str:
    """Where both are, or what is missing."""
    try:
        shoot = _identity(place.shoot)
    except OSError:
        return f"the folder of photographs is missing: {place.shoot}"
    try:
        if not is_prepared(place):
            return str(LibraryGone(place.root))
        return Presence(shoot, _identity(place.root), mounts_below(located(place.shoot)))
    except (StoreFailed, OSError) as error:
        return f"can't use the library: {error}"


def _identity(folder: Path) -> Identity:
    status = folder.stat()
    if not S_ISDIR(status.st_mode):
        raise NotADirectoryError(folder)
    return status.st_dev, status.st_ino
