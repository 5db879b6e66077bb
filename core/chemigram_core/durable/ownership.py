"""Who owns a repository or a library: another user's is written only if it is trusted explicitly.

Another user may have prepared it to attack programs that read it, or to have files written with our rights. git asks
in the same way (safe.directory). A folder is one's own if one owns it, or its owner shares it: one's group may write
there, and not everybody. Root by way of sudo is also the user who called sudo, as in git. What is in the folder doesn't
count: in a shared repository a file belongs to the user who saved last, and only those who may write to a folder put
anything into it. Where everybody may, objects/ and refs/ count, too.
"""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from functools import cache
from pathlib import Path

from chemigram_core.errors import ForeignRepository

_PARTS = ("objects", "refs")
_GROUP_WRITES, _OTHERS_WRITE = 0o020, 0o002

# Of this process, by path. Both only grow. Ownership is checked once: only root can give a folder away.
_trusted: set[Path] = set()
_own: set[str] = set()


def trust(place: Path) -> None:
    """Write to a repository or a library, and to all that is in it, for the life of this process."""
    _trusted.add(place.resolve())


def require_own(root: Path) -> None:
    """Raises ForeignRepository if a repository or a library belongs to another user, and is not trusted."""
    path = str(root)
    if path in _own:
        return
    try:
        owner = foreign_owner(path)
    except FileNotFoundError:
        return  # opening it says what is missing
    if owner is not None and not is_trusted(root):
        raise ForeignRepository(root, _name_of(owner))
    _own.add(path)


def foreign_owner(root: str) -> int | None:
    """The user who owns a repository or a library if it is neither one's own nor shared, whether trusted or not."""
    status = os.stat(root)  # noqa: PTH116 - the first save of each process does it
    if status.st_uid not in _users() and not _is_shared(status):
        return status.st_uid
    return _planted_by(root) if status.st_mode & _OTHERS_WRITE else None


def is_own(status: os.stat_result) -> bool:
    """Whether a folder with these attributes is one's own, or shared with one."""
    return status.st_uid in _users() or _is_shared(status)


def _planted_by(root: str) -> int | None:
    """The user who put objects/ or refs/ into a folder where everybody may write."""
    for part in _PARTS:
        with suppress(OSError):
            status = Path(root, part).lstat()
            if not is_own(status):
                return status.st_uid
    return None


@cache
def _users() -> tuple[int, ...]:
    user = os.geteuid()
    by_sudo = "" if user else os.environ.get("SUDO_UID", "")
    return (user, int(by_sudo)) if by_sudo.isdecimal() else (user,)


def _is_shared(status: os.stat_result) -> bool:
    if not status.st_mode & _GROUP_WRITES or status.st_mode & _OTHERS_WRITE:
        return False
    return status.st_gid in (os.getegid(), *os.getgroups())


def is_trusted(root: Path) -> bool:
    """Whether a place, or one above it, is trusted explicitly."""
    place = root.resolve()
    return not _trusted.isdisjoint((place, *place.parents))


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"number {user}"
