"""Who may read and write what a mount shows: owner, group and permission bits, as those of the files behind it.

Group and others get no access that a folder on the path to a file denies them, up to the root of the filesystem: what
they can't read in the repository or the shoot, they can't read through a mount that they are let into either. The
kernel does the checking there (default_permissions), with the groups of the program that asks.

An access control list can deny what the group bits allow, since they are its mask. So below a folder that has one, and
for its files, the group bits are not shown: members of the group, and users that the list names, are others.
"""

from __future__ import annotations

import os
import stat
import time
from functools import lru_cache
from typing import NamedTuple

_LASTS_SECONDS = 1.0  # changes by others show within a second
_MOST_FOLDERS = 20_000  # a library has one or more for each repository; about 10 MB
_CLASSES = _OWNER, _GROUP, _OTHERS = 0o700, 0o070, 0o007
_BITS, _READ, _WRITE, _ENTER = 0o777, 0o444, 0o222, 0o111
_LISTS = frozenset(("system.posix_acl_access", "system.posix_acl_default"))


class Permissions(NamedTuple):
    """The permission bits, and whose they are."""

    mode: int
    uid: int
    gid: int


Way = tuple[Permissions, ...]
"""The folders that lead to a place, each as it is, from the root of the filesystem on; equal ones once."""

_ways: dict[str, tuple[float, Way]] = {}  # until when one is known, in monotonic seconds


def way_to(path: str) -> Way:
    """The folders on the way to a folder and itself; to the nearest one that is there. Known for a second."""
    known = _ways.get(path)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    found = _way_to(path)
    if len(_ways) >= _MOST_FOLDERS:
        _ways.clear()
    _ways[path] = time.monotonic() + _LASTS_SECONDS, found
    return found


def of_folder(path: str) -> Permissions:
    """Those of a folder."""
    way = way_to(path)
    return limited(*way[-1], way)


def read_only(status: os.stat_result, folder: str) -> Permissions:
    """Those of a file in a folder, without the write bits."""
    return limited(status.st_mode & _READ, status.st_uid, status.st_gid, way_to(folder))


def saved(status: os.stat_result, folder: str, repository: str) -> Permissions:
    """Those of a file that saves replace; what was saved last has this status, and is in a folder of the repository.

    It belongs to the owner of the repository, and may be written as the repository's folder may be.
    """
    own = way_to(repository)[-1]
    read = _seen_by(status.st_mode, status.st_uid, status.st_gid, own.uid, own.gid) & _READ
    return limited(read | own.mode & _WRITE, own.uid, own.gid, way_to(folder))


def to_be_saved(repository: str) -> Permissions:
    """Those of a file that has never been saved: it may be read and written as the repository's folder may be."""
    folder = of_folder(repository)
    return folder._replace(mode=folder.mode & (_READ | _WRITE))


def shared(repository: str, *sources: tuple[os.stat_result, str]) -> Permissions:
    """Those of a file that is computed from others, each given with its folder, which is in the repository.

    It belongs to the owner of the repository, and has the bits that all of them share.
    """
    own = way_to(repository)[-1]
    mode = _READ
    for status, _ in sources:
        mode &= _seen_by(status.st_mode, status.st_uid, status.st_gid, own.uid, own.gid)
    return limited(mode, own.uid, own.gid, tuple({one for _, folder in sources for one in way_to(folder)}))


@lru_cache(maxsize=4_096)
def limited(mode: int, uid: int, gid: int, way: Way) -> Permissions:
    """Those of a file or folder, without the access that a folder on the way denies: a class that can't enter has none.

    The owner of a file enters as the folder's owner, or as the others may.
    """
    entering = _BITS
    for folder in way:
        entering &= _seen_by(*folder, uid, gid)
    return Permissions(mode & sum(bits for bits in _CLASSES if entering & bits & _ENTER), uid, gid)


def _way_to(path: str) -> Way:
    above = path.rpartition("/")[0] or "/"
    try:
        status = os.stat(path)  # noqa: PTH116 - called for each folder that is looked at
    except OSError:  # it is made when it is first needed
        return (Permissions(0, os.getuid(), os.getgid()),) if path == above else way_to(above)
    mode = stat.S_IMODE(status.st_mode) & (_BITS & ~_GROUP if _has_list(path) else _BITS)
    own = Permissions(mode, status.st_uid, status.st_gid)
    if path == above:
        return (own,)
    way = way_to(above)
    return way if way[-1] == own else (*[one for one in way if one != own], own)


def _has_list(path: str) -> bool:
    try:
        return not _LISTS.isdisjoint(os.listxattr(path))
    except OSError:
        return False


def _seen_by(mode: int, owner: int, group: int, uid: int, gid: int) -> int:
    """The bits that users have for sure who are owner, group and others of a file with another owner."""
    of_owner, of_group, of_others = mode >> 6 & 7, mode >> 3 & 7, mode & 7
    if group != gid:  # each group may have members of the other one
        of_others = of_group = of_others & of_group
    if owner != uid:
        of_owner = of_group if group == gid else of_others
    return of_owner << 6 | of_group << 3 | of_others
