"""Many images taken in together: each step of all of them, then one syncfs, then the next step.

In the order of a save: the objects of all, the lines of all logs, all refs, and then what was taken. A file that
replaces another is synced before it does, since its name may be durable before its bytes. A new repository is built
under a temporary name and renamed when it is durable. So wherever the power fails, no ref points at a missing object,
and a repository is whole or not there.

The locks of all repositories that exist are held meanwhile, taken in the order of their paths: two batches that need
the same ones can't wait for each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from chemigram_core.durable.filesystem import Filesystem
from chemigram_core.durable.folder import TEMPORARY_PREFIX, Deferred, Folder, temporary_name
from chemigram_core.durable.lock import locked
from chemigram_core.errors import ChemigramError, Refused, shown
from chemigram_core.operations.steps import fail, finish
from chemigram_core.repository import Repository
from chemigram_core.shoot.intake import Intake, take
from chemigram_core.shoot.sidecar_file import Sidecar

Steps = Generator[None, None, Intake]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An image whose repository is at `root`, or will be, with the sidecars that have changed; `by` brings it."""

    root: Path
    image: Path
    sidecars: Sequence[Sidecar]
    by: str
    is_new: bool


Done = Callable[[Arrival, Intake], None]
Failed = Callable[[Arrival, ChemigramError | PermissionError], None]


class AppearedMeanwhile(Refused):
    """Another program made the repository of an image while its first states were being written."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"created meanwhile by another program: {shown(str(root))}; import again")


def take_in(place: Path, arrivals: Sequence[Arrival], done: Done, failed: Failed) -> None:
    """Take in all arrivals, which are on the filesystem of the folder `place`.

    What fails for one alone is reported to `failed`. Raises OSError if the disk fails, after taking back what it can.
    """
    with ExitStack() as stack:
        filesystem = stack.enter_context(Filesystem(place))
        stack.enter_context(filesystem.deferring(Deferred.NAMES))
        usable = [arrival for arrival in sorted(arrivals, key=_root) if _is_locked(arrival, stack, failed)]
        pending = [(arrival, _steps(arrival, filesystem)) for arrival in usable]
        try:
            while pending:
                pending = [each for each in pending if _goes_on(*each, done, failed)]
                filesystem.sync()
        except OSError as error:
            fail([steps for _, steps in pending], error)
            raise


def clear_leftovers(folder: Path) -> None:
    """Remove what a killed import was building in a folder of the library. For the holder of the library's lock."""
    for name in os.listdir(folder):
        if name.startswith(TEMPORARY_PREFIX):
            rmtree(folder / name, ignore_errors=True)


def _root(arrival: Arrival) -> Path:
    return arrival.root


def _is_locked(arrival: Arrival, stack: ExitStack, failed: Failed) -> bool:
    """Hold the lock of an arrival's repository, if it exists; not if something else has the name of the lock."""
    try:
        if not arrival.is_new:
            stack.enter_context(locked(arrival.root))
    except (ChemigramError, PermissionError) as error:
        failed(arrival, error)
        return False
    return True


def _goes_on(arrival: Arrival, steps: Steps, done: Done, failed: Failed) -> bool:
    """Do the next step of an arrival; whether more follow."""
    try:
        next(steps)
    except StopIteration as end:
        done(arrival, end.value)
        return False
    except (ChemigramError, PermissionError) as error:
        failed(arrival, error)
        return False
    return True


def _steps(arrival: Arrival, filesystem: Filesystem) -> Steps:
    return _created(arrival, filesystem) if arrival.is_new else _continued(arrival)


def _continued(arrival: Arrival) -> Steps:
    repository = Repository.init(arrival.root, arrival.image)  # links the image again, if its file is gone
    return (yield from take(repository, arrival.sidecars, arrival.by))


def _created(arrival: Arrival, filesystem: Filesystem) -> Steps:
    folder, name = arrival.root.parent, temporary_name()
    try:
        with filesystem.deferring(Deferred.EVERYTHING):
            intake = finish(take(Repository.init(folder / name, arrival.image), arrival.sidecars, arrival.by))
        yield
        if os.path.lexists(arrival.root):
            raise AppearedMeanwhile(arrival.root)
        with Folder.enter(folder) as place:
            place.replace(name, arrival.root.name)
    except BaseException:
        rmtree(folder / name, ignore_errors=True)
        raise
    return intake
