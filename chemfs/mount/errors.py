"""Why a mount can't begin or end, in words for its user."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from chemigram_core.errors import Refused, shown

FILESYSTEM_TYPE = "fuse.chemfs"  # as the system's mount table calls our mounts


class FuseUnavailable(Refused):
    """The system doesn't let this user mount."""


class MountFailed(Refused):
    """The daemon could not start."""


class MountpointUnusable(Refused):
    """A folder can't be covered by a mount."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(f"can't mount at {shown(str(place))}: {reason}")


class NotMounted(Refused):
    """No mount of ours covers a folder."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            f"chemfs is not mounted at {shown(str(place))}; `findmnt -t {FILESYSTEM_TYPE}` lists its mounts"
        )


class StaysMounted(Refused):
    """A mount can't be taken away; `said` is the system's reason."""

    def __init__(self, place: Path, said: str) -> None:
        in_use = said.endswith(os.strerror(errno.EBUSY))
        reason = "programs still use files there; close them, then repeat" if in_use else said
        super().__init__(f"can't unmount {shown(str(place))}: {reason}")
