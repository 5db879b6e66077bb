"""Takes in the files of a shoot that have just changed, as an import does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chemigram_core.durable.folder import Folder
from chemigram_core.durable.lock import locked
from chemigram_core.errors import Refused, shown
from chemigram_core.library_file import read_shoots
from chemigram_core.shoot.batch import Done
from chemigram_core.shoot.destination import Destination
from chemigram_core.shoot.importer import Importer, Waits, established
from chemigram_core.shoot.report import Report
from chemigram_core.shoot.scan import ShootFolder

_BY = "watch"  # in the log


class LibraryGone(Refused):
    """A library is gone: its drive was unplugged, or its folder renamed."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"the library is missing: {shown(str(root))}; plug in its drive, or rename it back")


def prepare(place: Destination) -> None:
    """Make the shoot's folder in the library, where they are missing. Raises StoreFailed, OSError."""
    with established(place), Folder.make(place.root, *place.parts):
        pass


def is_prepared(place: Destination) -> bool:
    """Whether the library exists and has the shoot: an empty folder where a drive is mounted later has not."""
    return place.key in read_shoots(place.root)


def capture(place: Destination, folders: Sequence[ShootFolder], saved: Done, waits: Waits) -> Report:
    """Save what has changed in these folders; `saved` is called with each finished image.

    `waits` is asked about the first sidecar of a branch if it has no history, and about one that can't be parsed: both
    may be unfinished. Raises LibraryGone, StoreFailed; OSError if the disk fails, with everything before kept.
    """
    if not is_prepared(place):
        raise LibraryGone(place.root)
    with locked(place.root):
        importer = Importer(place, _BY, saved=saved, waits=waits)
        importer.run(folders)
    return importer.report
