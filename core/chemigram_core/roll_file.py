"""roll.json of a repository: the duplicate number of each branch in darktable. A number is assigned once, forever."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from chemigram_core.digest import Digest
from chemigram_core.durable.json_file import read_object, write_object
from chemigram_core.errors import ChemigramError, NotAFile, Refused, StoreFailed, shown
from chemigram_core.masks.provenance import now
from chemigram_core.names import BranchName

FILE_NAME = "roll.json"
MAX_NUMBER = 2**31 - 1  # darktable's versions are int32

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # Char in XML 1.0


class RollDamaged(StoreFailed):
    """roll.json can't be read."""

    def __init__(self, found: str) -> None:
        super().__init__(f"damaged numbers ({found}): roll.json; restore it, or remove it to assign new numbers")


class Given(NamedTuple):
    """What is known about a number: its branch, and when it got the number, ISO 8601.

    `name` is the version name that it was given in darktable. `hidden` is the state whose sidecar was removed: nothing
    is shown while the branch is there. A retired number is never shown or given again. `took_over` is the number that
    darktable has used again for this branch, and uses until it imports the folder again. `instead_of` is the branch
    whose number 0 this one has taken, until something is saved there.
    """

    branch: BranchName
    given: str
    name: str | None = None
    hidden: Digest | None = None
    took_over: int | None = None
    instead_of: BranchName | None = None
    is_retired: bool = False


Numbers = Mapping[int, Given]
"""The numbers of one image."""


def read_numbers(root: Path) -> Numbers:
    """The assigned numbers. Raises RollDamaged."""
    try:
        found = read_object(root, FILE_NAME) or {}
        return {number_in(key): _parsed(entry) for key, entry in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError, NotAFile, Refused) as error:
        raise RollDamaged(str(error)) from error


def write_numbers(root: Path, numbers: Numbers) -> None:
    """Replace the file, durable. For the holder of the repository's lock. Raises OSError."""
    write_object(root, FILE_NAME, {str(number): _written(given) for number, given in numbers.items()})


def keep_numbers(root: Path, branches: Mapping[int, BranchName]) -> None:
    """Add numbers; one that was given before stays with its branch. For the holder of the repository's lock.

    Raises RollDamaged, OSError.
    """
    known = read_numbers(root)
    named = {given.branch for given in known.values() if not given.is_retired}
    new = {number: branch for number, branch in branches.items() if number not in known and branch not in named}
    if new:
        when = now()
        write_numbers(root, {**known, **{number: Given(branch, when) for number, branch in new.items()}})


def renaming(root: Path, old: BranchName, new: BranchName, is_done: Callable[[], bool]) -> AbstractContextManager[None]:
    """Keep the number of a branch that is renamed in the context. For the holder of the repository's lock.

    If that fails, the number is the old branch's again, unless `is_done` says that it was renamed in spite of the
    error. Raises RollDamaged, OSError.
    """
    return _changing(root, old, lambda given: given._replace(branch=new), is_done)


def deleting(root: Path, branch: BranchName, is_done: Callable[[], bool]) -> AbstractContextManager[None]:
    """Retire the number of a branch that is deleted in the context; the rest is as for `renaming`."""
    return _changing(root, branch, lambda given: given._replace(is_retired=True), is_done)


@contextmanager
def _changing(
    root: Path, branch: BranchName, change: Callable[[Given], Given], is_done: Callable[[], bool]
) -> Iterator[None]:
    numbers = read_numbers(root)
    current = [number for number, given in numbers.items() if given.branch == branch and not given.is_retired]
    try:
        if current:
            write_numbers(root, {**numbers, **{number: change(numbers[number]) for number in current}})
        yield
    except (ChemigramError, OSError):
        with suppress(ChemigramError, OSError):
            if current and not is_done():
                write_numbers(root, numbers)
        raise


def _parsed(entry: Mapping[str, Any]) -> Given:
    name, hidden, took_over, instead_of = map(entry.get, ("name", "hidden", "took_over", "instead_of"))
    return Given(
        BranchName(entry["branch"]),
        str(entry["given"]),
        None if name is None else _text(name),
        None if hidden is None else Digest(hidden),
        None if took_over is None else number_in(str(took_over)),
        None if instead_of is None else BranchName(instead_of),
        bool(entry.get("retired", False)),
    )


def number_in(text: str) -> int:
    """The number in a text, if darktable can have it. Raises ValueError."""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MAX_NUMBER)) or int(text) > MAX_NUMBER:
        raise ValueError(f"not a duplicate number: {shown(text)}")
    return int(text)


def _text(value: str) -> str:
    """A text that is valid in a sidecar."""
    if _NOT_XML.search(value):
        raise ValueError(f"not text that XMP can hold: {shown(value)}")
    return value


def _written(given: Given) -> dict[str, Any]:
    optional = {"name": given.name, "hidden": given.hidden, "took_over": given.took_over}
    optional |= {"instead_of": given.instead_of, "retired": given.is_retired or None}
    said = {key: value for key, value in optional.items() if value is not None}
    return {"branch": given.branch, "given": given.given, **said}
