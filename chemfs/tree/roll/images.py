"""One image of a roll: which sidecars it has, read once. Recognized by the times of the repository's folders."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from chemfs.tree.open_repository import Opened
from chemigram_core.errors import ChemigramError
from chemigram_core.image.raw_folder import image_name
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository
from chemigram_core.roll import pending
from chemigram_core.roll.numbers import IsTaken, given_numbers
from chemigram_core.roll_file import Given, Numbers
from chemigram_core.shoot.file_names import sidecar_name

_RACY_NS = 20_000_000  # the clock of file times may not have ticked between two changes: see durable/file_cache.py

logger = logging.getLogger(__name__)

Taken = Callable[[str, int], bool]
"""Whether the sidecar of an image with a number has the name of another image's."""

Stamp = tuple[tuple[int, int], ...]
_MISSING, _UNKNOWN = (0, 0), (0, -1)  # in a stamp: no folder there, or one that can't be looked at

# The folders whose times change with the image, roll.json, HEAD, and a branch's name or state; and first states
_FOLDERS = (".", "raw", "refs/heads", "/".join(pending.FOLDER))
_PENDING = len(_FOLDERS) - 1


class Source(NamedTuple):
    """A repository of the folder: where it is, the way to ask for it, and the way to look at it without keeping it."""

    root: str
    opened: Opened
    seen: Callable[[], Repository]


class Sources(NamedTuple):
    """The repositories of a folder, and all folders whose times change when there are others."""

    repositories: Sequence[Source]
    folders: tuple[str, ...] = ()


class RollImage(NamedTuple):
    """An image in a roll, with its numbers, and those that are shown by the names of their sidecars.

    `pending` are the numbers of first states that wait, each with its time, ns since 1970. The `stamp` is that of the
    `folders` when they were read.

    The name is empty for a repository that has no image or can't be read.
    """

    source: Source
    name: str
    numbers: Numbers
    sidecars: Mapping[str, int]
    pending: Mapping[int, int]
    folders: tuple[str, ...]
    stamp: Stamp

    @property
    def is_unchanged(self) -> bool:
        """Whether the repository's folders still have their times: a stat for each of them, and nothing is opened."""
        return bool(self.stamp) and self.stamp == stamp_of(self.folders)


def read_image(source: Source, is_taken: Taken, known: RollImage | None, *, may_write: bool) -> RollImage:
    """The image of a repository. `is_taken` says whether the sidecar of an image and a number is another image's.

    Numbers are given where one is missing. Opens no object. Where they, or the repository that was `known`, can't be
    read, the image keeps its name: what is written under the names of its sidecars fails, and goes nowhere else.
    """
    started_ns = time.time_ns()
    name, found = known.name if known else "", _Found(known.numbers if known else {}, [], {}, [])
    folders = tuple(f"{source.root}/{folder}" for folder in _FOLDERS)
    stamp = stamp_of(folders)
    try:
        repository = source.seen()
        if name := image_name(repository.root) or "":
            waiting = pending.times_ns(repository.root) if stamp[_PENDING] != _MISSING else {}
            found = _read(repository, partial(is_taken, name), found.numbers, waiting, may_write=may_write)
    except (ChemigramError, OSError) as error:
        logger.warning("%s: its sidecars are not shown in roll/: %s", source.root, error)
    named = ((sidecar_name(name, number), number) for number in found.shown) if name else ()
    sidecars = {sidecar: number for sidecar, number in named if sidecar is not None}
    nested = _nested(source.root, found.branches)
    stamp = unless_recent(started_ns, stamp + stamp_of(nested))
    return RollImage(source, name, found.numbers, sidecars, found.waiting, folders + nested, stamp)


class _Found(NamedTuple):
    """What a repository holds: numbers, branches, numbers whose first state waits, and those that are shown."""

    numbers: Numbers
    branches: Sequence[BranchName]
    waiting: Mapping[int, int]
    shown: Sequence[int]


def _read(
    repository: Repository, is_taken: IsTaken, remembered: Numbers, times_ns: Mapping[int, int], *, may_write: bool
) -> _Found:
    branches = repository.refs.branches()
    numbers = given_numbers(repository, branches, is_taken, remembered, may_write=may_write)
    waiting = {number: time for number, time in times_ns.items() if number in numbers}
    present = frozenset(branches)
    shown = [
        number
        for number, given in sorted(numbers.items())
        if number in waiting or not (given.is_retired or given.branch not in present or is_hidden(repository, given))
    ]
    return _Found(numbers, branches, waiting, shown)


def is_hidden(repository: Repository, given: Given) -> bool:
    """Whether a number's sidecar was removed, and nothing was saved on its branch since."""
    return given.hidden is not None and repository.refs.read(given.branch) == given.hidden


def _nested(root: str, branches: Iterable[BranchName]) -> tuple[str, ...]:
    """The folders of the branches that have a slash in their names."""
    return tuple(sorted({f"{root}/refs/heads/{branch.rpartition('/')[0]}" for branch in branches if "/" in branch}))


def stamp_of(folders: tuple[str, ...]) -> Stamp:
    """The identities and times of folders, to be compared with later ones."""
    return tuple(map(_time, folders))


def unless_recent(started_ns: int, stamp: Stamp) -> Stamp:
    """A stamp whose taking began at `started_ns`; empty if a later change might leave the folders with these times."""
    return stamp if all(mtime_ns < started_ns - _RACY_NS for _, mtime_ns in stamp) else ()


def _time(folder: str) -> tuple[int, int]:
    try:
        status = os.stat(folder)  # noqa: PTH116 - a thousand of them for a listing
    except (FileNotFoundError, NotADirectoryError):
        return _MISSING
    except OSError:
        return _UNKNOWN
    return status.st_ino, status.st_mtime_ns
