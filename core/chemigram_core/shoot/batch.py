"""Saves many images together: the objects of all, the lines of all logs, all refs, then the records of what was taken.

A new repository is built under a temporary name and renamed when it is durable. So whenever the power fails, no ref
points at a missing object, and a repository is complete or absent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import rmtree

from chemigram_core.durable.filesystem import Filesystem
from chemigram_core.durable.folder import Folder
from chemigram_core.durable.replacement import TEMPORARY_PREFIX, temporary_name
from chemigram_core.durable.sync import Deferred
from chemigram_core.errors import ChemigramError, Refused, shown
from chemigram_core.image.raw_link import relink
from chemigram_core.operations.batch import Change, Steps, make_together
from chemigram_core.operations.steps import finish, made_durable
from chemigram_core.repository import Repository
from chemigram_core.shoot.intake import Intake, take
from chemigram_core.shoot.sidecar_file import Sidecar


@dataclass(frozen=True, slots=True)
class Arrival:
    """An image whose repository is, or will be, at `root`, with its changed sidecars; `by` is the importer.

    `link` is the image's path as the repository's link keeps it.
    """

    root: Path
    image: Path
    link: Path
    sidecars: Sequence[Sidecar]
    by: str
    is_new: bool
    links_again: bool = False  # because the image is not where its link leads


Done = Callable[[Arrival, Intake], None]
Failed = Callable[[Arrival, ChemigramError | OSError], None]


class AppearedMeanwhile(Refused):
    """Another program made the repository of an image while its first states were being written."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"created meanwhile by another program: {shown(str(root))}; import again")


def take_in(place: Path, arrivals: Sequence[Arrival], done: Done, failed: Failed) -> None:
    """Take in all arrivals, which are on the filesystem of the folder `place`.

    A failure of a single one is reported to `failed`. Raises OSError if the disk fails, after undoing what it can.
    """
    make_together(place, [_change(arrival, done, failed) for arrival in arrivals])


def clear_leftovers(folder: Path) -> None:
    """Remove the leftovers of a killed import in a folder of the library. For the holder of the library's lock."""
    for name in os.listdir(folder):
        if name.startswith(TEMPORARY_PREFIX):
            rmtree(folder / name, ignore_errors=True)


def _change(arrival: Arrival, done: Done, failed: Failed) -> Change[Intake]:
    begin = partial(_steps, arrival)
    return Change(arrival.root, begin, partial(done, arrival), partial(failed, arrival), creates=arrival.is_new)


def _steps(arrival: Arrival, filesystem: Filesystem) -> Steps[Intake]:
    return _created(arrival, filesystem) if arrival.is_new else _continued(arrival)


def _continued(arrival: Arrival) -> Steps[Intake]:
    repository = Repository(arrival.root)
    if arrival.links_again:
        relink(arrival.root, arrival.link)
    return (yield from take(repository, arrival.sidecars, arrival.by))


def _created(arrival: Arrival, filesystem: Filesystem) -> Steps[Intake]:
    folder, name = arrival.root.parent, temporary_name()
    (folder / name).mkdir()  # fails if the library is gone: it is not created again
    try:
        with filesystem.deferring(Deferred.EVERYTHING):
            intake = finish(take(Repository.init(folder / name, arrival.link), arrival.sidecars, arrival.by))
        yield
        if os.path.lexists(arrival.root):
            raise AppearedMeanwhile(arrival.root)
        with Folder.enter(folder) as place:
            place.replace(name, arrival.root.name)
            yield from made_durable(place.sync)
    except BaseException:
        rmtree(folder / name, ignore_errors=True)
        raise
    return intake
