"""roll.json of a repository: the number under which darktable knows each branch. A number is given once, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chemigram_core.durable.json_file import read_object, write_object
from chemigram_core.errors import NotAFile, Refused, StoreFailed
from chemigram_core.masks.provenance import now
from chemigram_core.names import BranchName

FILE_NAME = "roll.json"


class RollDamaged(StoreFailed):
    """roll.json can't be read."""

    def __init__(self, found: str) -> None:
        super().__init__(f"damaged numbers ({found}): roll.json; restore it, or remove it to have new numbers given")


def read_numbers(root: Path) -> dict[int, BranchName]:
    """The branch that each number was given to, by its name at that time. Raises RollDamaged."""
    return {number: BranchName(entry["branch"]) for number, entry in _entries(root).items()}


def keep_numbers(root: Path, given: Mapping[int, BranchName]) -> None:
    """Add numbers; one that was given before stays with its branch. For the holder of the repository's lock.

    Raises RollDamaged, OSError.
    """
    known = _entries(root)
    named = {entry["branch"] for entry in known.values()}
    new = {number: branch for number, branch in given.items() if number not in known and branch not in named}
    if new:
        entries = known | {number: {"branch": branch, "given": now()} for number, branch in new.items()}
        write_object(root, FILE_NAME, {str(number): entry for number, entry in entries.items()})


def _entries(root: Path) -> dict[int, dict[str, Any]]:
    try:
        found = read_object(root, FILE_NAME) or {}
        return {int(number): {**entry, "branch": BranchName(entry["branch"])} for number, entry in found.items()}
    except (ValueError, KeyError, TypeError, NotAFile, Refused) as error:
        raise RollDamaged(str(error)) from error
