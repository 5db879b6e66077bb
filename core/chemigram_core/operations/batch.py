"""Changes of many repositories made together: each step of all of them, then one syncfs, then the next step.

A change pauses wherever its data has to be durable before it continues. A file that replaces another is synced before
it does, since its name may be durable before its bytes. So wherever the power fails, each repository is as if its
change had been made alone. A change ends in a pause, so that its result is durable when it is reported.

syncfs reports what could not be written anywhere on the filesystem, not whose it was. So after a bad block each change
is made alone, every file synced by itself, and fails only if one of its own does.

The locks of all repositories are held meanwhile, taken in the order of their paths: two batches that need the same ones
can't wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from chemigram_core.durable.filesystem import Filesystem
from chemigram_core.durable.lock import locked
from chemigram_core.durable.sync import Deferred
from chemigram_core.errors import ChemigramError
from chemigram_core.operations.steps import fail, finish

_T = TypeVar("_T")

Steps = Generator[None, None, _T]


_OF_ONE = (ChemigramError, PermissionError, NotADirectoryError, IsADirectoryError)
_BAD_BLOCK = (5, 117, 74)  # EIO; EUCLEAN and EBADMSG from filesystems that check what they read


def is_of_one(error: ChemigramError | OSError) -> bool:
    """Whether one repository is to blame: any other OSError is of the disk, and stops all."""
    return isinstance(error, _OF_ONE) or (isinstance(error, OSError) and error.errno in _BAD_BLOCK)


@dataclass(frozen=True, slots=True)
class Change(Generic[_T]):
    """A change of the repository at `root`, whose lock is taken unless the change creates it.

    `begin` starts its steps; `done` gets the result, and `failed` what fails for this one alone.
    """

    root: Path
    begin: Callable[[Filesystem], Steps[_T]]
    done: Callable[[_T], None]
    failed: Callable[[ChemigramError | OSError], None]
    creates: bool = False


_Pending = tuple[Change[_T], Steps[_T]]


def make_together(place: Path, changes: Sequence[Change[_T]]) -> None:
    """Make all changes, which are on the filesystem of the folder `place`.

    Raises OSError if the disk fails, after taking back what it can.
    """
    with ExitStack() as stack:
        filesystem = stack.enter_context(Filesystem(place))
        stack.enter_context(filesystem.deferring(Deferred.NAMES))
        usable = [change for change in sorted(changes, key=_root) if _is_locked(change, stack)]
        pending = [(change, change.begin(filesystem)) for change in usable]
        try:
            while pending := [each for each in pending if _goes_on(*each)]:
                filesystem.sync()
        except OSError as error:
            if error.errno not in _BAD_BLOCK:
                fail([steps for _, steps in pending], error)
                raise
            filesystem.distrust()
            with filesystem.deferring(Deferred.NOTHING):
                _make_each_alone(pending, error, filesystem)


def _make_each_alone(pending: Sequence[_Pending[_T]], error: OSError, filesystem: Filesystem) -> None:
    """Go on with changes that could not be made durable together."""
    for change, steps in pending:
        try:
            result = _made_alone(change, steps, error, filesystem)
        except (ChemigramError, OSError) as its_error:
            _failed(change, its_error)
        else:
            change.done(result)


def _made_alone(change: Change[_T], steps: Steps[_T], error: OSError, filesystem: Filesystem) -> _T:
    """Go on with a change from its pause; from its beginning, if it took back what it had written."""
    try:
        steps.throw(error)
    except StopIteration as end:
        result: _T = end.value
        return result
    except (ChemigramError, OSError) as its_error:
        if its_error is not error:
            raise
        return finish(change.begin(filesystem))
    return finish(steps)


def _root(change: Change[Any]) -> Path:
    return change.root


def _is_locked(change: Change[Any], stack: ExitStack) -> bool:
    """Hold the lock of a repository, if it exists; not if something else has the name of the lock."""
    try:
        if not change.creates:
            stack.enter_context(locked(change.root))
    except (ChemigramError, OSError) as error:
        return _failed(change, error)
    return True


def _goes_on(change: Change[_T], steps: Steps[_T]) -> bool:
    """Do the next step of a change; whether more follow."""
    try:
        next(steps)
    except StopIteration as end:
        change.done(end.value)
        return False
    except (ChemigramError, OSError) as error:
        return _failed(change, error)
    return True


def _failed(change: Change[Any], error: ChemigramError | OSError) -> bool:
    """Report what one repository is to blame for; always false. Raises any other error."""
    if not is_of_one(error):
        raise error
    change.failed(error)
    return False
