"""Why a mount can't start or end, with messages for its user."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from chemigram_core.durable.mount_table import FILESYSTEM_TYPE
from chemigram_core.errors import Refused, shown


class FuseUnavailable(Refused):
    """This user can't mount on this system."""


class MountFailed(Refused):
    """The daemon could not start."""


class MountpointUnusable(Refused):
    """A folder can't be a mountpoint."""

    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(f"can't mount at {shown(str(place))}: {reason}")


class NotMounted(Refused):
    """A folder is not a mountpoint of chemfs."""

    def __init__(self, place: Path) -> None:
        super().__init__(f"not a chemfs mount: {shown(str(place))}; list mounts with `findmnt -t {FILESYSTEM_TYPE}`")


class StaysMounted(Refused):
    """A mount can't be unmounted; `said` is the system's reason."""

    def __init__(self, place: Path, said: str) -> None:
        in_use = said.endswith(os.strerror(errno.EBUSY))
        reason = "programs still use files there; close them, then repeat" if in_use else said
        super().__init__(f"can't unmount {shown(str(place))}: {reason}")
