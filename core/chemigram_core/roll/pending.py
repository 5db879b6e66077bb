"""First states that wait: sidecars without a history for branches without a state, as darktable writes them at first.

A duplicate's sidecar is written three times without a history before it gets one, and an image's first sidecar is
written again when its thumbnail is computed. Each waits here, durable, until it has a history or was quiet for a while.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from chemigram_core.durable.folder import Folder
from chemigram_core.layout import XMP_BYTES
from chemigram_core.roll_file import number_in

FOLDER = ("scratch", ".pending")  # no branch has a name that starts with a dot
QUIET_SECONDS = 5.0

_SUFFIX = ".xmp"


def put(root: Path, number: int, data: bytes) -> None:
    """Let the sidecar of a number wait, in place of the one that does. Durable.

    For the holder of the repository's lock. Raises OSError.
    """
    with Folder.make_durable(root, *FOLDER) as folder:
        folder.write(f"{number}{_SUFFIX}", data)


def quiet_before_ns() -> float:
    """What was written before this time, ns since 1970, has been quiet for long enough."""
    return time.time_ns() - QUIET_SECONDS * 1e9


def read(root: Path, number: int) -> bytes:
    """The sidecar that waits. Raises FileNotFoundError."""
    with Folder.enter(root, *FOLDER) as folder:
        return folder.read(f"{number}{_SUFFIX}", XMP_BYTES)


def times_ns(root: Path) -> Mapping[int, int]:
    """The numbers whose sidecar waits, each with the time at which it was written, ns since 1970.

    Other files are skipped: those without a number in their name, too large, or not regular.
    """
    found: dict[int, int] = {}
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *FOLDER) as folder:
        for name in folder.names():
            status = folder.stat(name)
            with suppress(ValueError):
                number = number_in(name.removesuffix(_SUFFIX))
                if name == f"{number}{_SUFFIX}" and S_ISREG(status.st_mode) and status.st_size <= XMP_BYTES:
                    found[number] = status.st_mtime_ns
    return found


def remove(root: Path, number: int) -> None:
    """The sidecar of a number no longer waits. Raises OSError."""
    with suppress(FileNotFoundError, NotADirectoryError), Folder.enter(root, *FOLDER) as folder:
        folder.remove(f"{number}{_SUFFIX}")
