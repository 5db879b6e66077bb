"""The folder that a mount covers: can it be used, and what has the system mounted there. Knows no repository."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from pathlib import Path

from chemigram_core.errors import Refused, shown

FILESYSTEM_TYPE = "fuse.chemfs"  # as the system's mount table calls our mounts
_DEAD = (errno.ENOTCONN, errno.ECONNABORTED)
_OCTAL = re.compile(rb"\\([0-7]{3})")


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


def located(folder: Path) -> Path:
    """`folder` as the mount table spells it: absolute, no links. Works on a dead mount and on links in a circle too."""
    return Path(os.path.realpath(folder))


def prepare(place: Path, root: Path) -> None:
    """Make `place` ready for a mount of `root`: a dead mount of ours is cleaned away. Raises MountpointUnusable."""
    if mounted_type(place) == FILESYSTEM_TYPE and is_dead(place):
        detach(place)
    if reason := _unusable(place, root):
        raise MountpointUnusable(place, reason)


def mounted_type(place: Path) -> str | None:
    """The type of the topmost filesystem mounted exactly at `place`; None without one. Touches no mount."""
    entries = (line.split(b" ") for line in Path("/proc/self/mountinfo").read_bytes().splitlines())
    types = {_unescaped(entry[4]): entry[entry.index(b"-") + 1] for entry in entries}  # the last line is the topmost
    found = types.get(os.fsencode(place))
    return None if found is None else os.fsdecode(found)


def is_dead(place: Path) -> bool:
    """Whether the daemon behind the mount at `place` is gone ("Transport endpoint is not connected")."""
    try:
        os.statvfs(place)  # asks the daemon, where a stat may be answered from the kernel's memory
    except OSError as error:
        return error.errno in _DEAD
    return False


def detach(place: Path) -> None:
    """Take a dead mount away even while programs still stand in it. Raises StaysMounted with the system's reason."""
    _unmount(place, "-uz")


def release(place: Path) -> None:
    """Take a mount away. Raises StaysMounted with the system's reason."""
    _unmount(place, "-u")


def _unmount(place: Path, flags: str) -> None:
    program = shutil.which("fusermount") or shutil.which("fusermount3") or "fusermount"
    done = subprocess.run([program, flags, place], capture_output=True, text=True, check=False)
    if done.returncode:
        raise StaysMounted(place, done.stderr.strip().removeprefix("fusermount: "))


def _unusable(place: Path, root: Path) -> str | None:
    if (mounted := mounted_type(place)) is not None:
        return f"a filesystem ({mounted}) is mounted there already"
    if not place.exists():
        return "there is no such folder; make it first (mkdir)"
    if not place.is_dir():
        return "it is not a folder"
    if _is_no_utf8(place):
        return "its path is not UTF-8; choose another folder"
    if place.is_relative_to(located(root)):
        return "it is inside what is to be mounted; choose a folder elsewhere"
    if any(place.iterdir()):
        return "the folder is not empty; choose an empty one"
    return None


def _is_no_utf8(place: Path) -> bool:
    """Whether libfuse's binding, which knows no other encoding, could not be told of it."""
    return any(0xD800 <= ord(character) <= 0xDFFF for character in str(place))


def _unescaped(field: bytes) -> bytes:
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
