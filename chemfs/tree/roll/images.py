"""One image of a roll: which sidecars it has, read once. Recognized by the times of the repository's folders."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from chemfs.tree.open_repository import Opened
from chemigram_core.errors import ChemigramError
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


class Source(NamedTuple):
    """A repository of the folder: where it is, and the way to ask for it."""

    root: str
    opened: Opened


class Sources(NamedTuple):
    """The repositories of a folder, and all folders whose times change when there are others."""

    repositories: Sequence[Source]
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RollImage:
    """An image in a roll, with its numbers, and those that are shown by the names of their sidecars.

    `pending` are the numbers of first states that wait, each with its time, ns since 1970.

    The name is empty for a repository that has no image or can't be read.
    """

    source: Source
    name: str
    numbers: Numbers
    sidecars: Mapping[str, int]
    pending: Mapping[int, int]
    _folders: tuple[str, ...]
    _stamp: Stamp

    @property
    def is_unchanged(self) -> bool:
        """Whether the repository's folders still have their times: a stat for each of them, and nothing is opened."""
        return bool(self._stamp) and self._stamp == stamp_of(self._folders)


def read_image(source: Source, is_taken: Taken, known: RollImage | None, *, may_write: bool) -> RollImage:
    """The image of a repository. `is_taken` says whether the sidecar of an image and a number is another image's.

    Numbers are given where one is missing. Opens no object. Where they, or the repository that was `known`, can't be
    read, the image keeps its name: what is written under the names of its sidecars fails, and goes nowhere else.
    """
    started_ns = time.time_ns()
    name, found = known.name if known else "", _Found(known.numbers if known else {}, [], {}, [])
    try:
        repository = source.opened().repository
        name = "" if (image := repository.image) is None else image.name
        if name:
            found = _read(repository, partial(is_taken, name), found.numbers, may_write=may_write)
    except (ChemigramError, OSError) as error:
        logger.warning("%s: its sidecars are not shown in roll/: %s", source.root, error)
    named = ((sidecar_name(name, number), number) for number in found.shown) if name else ()
    sidecars = {sidecar: number for sidecar, number in named if sidecar is not None}
    folders = _folders(source.root, found.branches)
    stamp = stamp_before(started_ns, folders)
    return RollImage(source, name, found.numbers, sidecars, found.waiting, folders, stamp)


class _Found(NamedTuple):
    """What a repository holds: numbers, branches, numbers whose first state waits, and those that are shown."""

    numbers: Numbers
    branches: Sequence[BranchName]
    waiting: Mapping[int, int]
    shown: Sequence[int]


def _read(repository: Repository, is_taken: IsTaken, remembered: Numbers, *, may_write: bool) -> _Found:
    branches = repository.refs.branches()
    numbers = given_numbers(repository, branches, is_taken, remembered, may_write=may_write)
    waiting = {number: time for number, time in pending.times_ns(repository.root).items() if number in numbers}
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


def _folders(root: str, branches: Iterable[BranchName]) -> tuple[str, ...]:
    """The folders whose times change with the image, roll.json, HEAD, and a branch's name or state."""
    heads = f"{root}/refs/heads"
    nested = {f"{heads}/{branch.rpartition('/')[0]}" for branch in branches if "/" in branch}
    return (root, f"{root}/raw", heads, f"{root}/{'/'.join(pending.FOLDER)}", *sorted(nested))


def stamp_of(folders: tuple[str, ...]) -> Stamp:
    """The identities and times of folders, to be compared with later ones."""
    return tuple(map(_time, folders))


def stamp_before(started_ns: int, folders: tuple[str, ...]) -> Stamp:
    """The same after reading what is in the folders, which began at `started_ns`; empty if that may be out of date."""
    stamp = stamp_of(folders)
    return stamp if all(mtime_ns < started_ns - _RACY_NS for _, mtime_ns in stamp) else ()


def _time(folder: str) -> tuple[int, int]:
    try:
        status = os.stat(folder)  # noqa: PTH116 - a thousand of them for a listing
    except OSError:
        return 0, 0
    return status.st_ino, status.st_mtime_ns
