"""The number of each branch in darktable. Pure, except `given_numbers`, which stores new ones.

Number 0, the sidecar `IMG.EXT.xmp`, is the branch that HEAD was on when numbers were first given. A checkout changes
none: darktable still has the old branch's history under its number, and would write it onto the new branch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from chemigram_core.durable.lock import locked_if_writable
from chemigram_core.errors import RefDamaged
from chemigram_core.masks.provenance import now
from chemigram_core.names import BranchName
from chemigram_core.refs.head import Head, OnBranch
from chemigram_core.repository import Repository
from chemigram_core.roll_file import MAX_NUMBER, Given, Numbers, RollDamaged, read_numbers, write_numbers

IsTaken = Callable[[int], bool]
"""Whether the file name of a number belongs to another image of the folder."""


def completed(known: Numbers, branches: Collection[BranchName], head: Head, is_taken: IsTaken) -> Numbers:
    """The numbers with one for each branch that has none; `known` itself if all have one.

    HEAD's branch takes number 0 when the branch that had it is gone: the only number that is ever given again.
    """
    base = head.branch if isinstance(head, OnBranch) else None
    numbers, zero = dict(known), known.get(0)
    if base is not None and (zero is None or zero.is_retired or zero.branch not in {*branches, base}):
        numbers = {number: _without(given, base) for number, given in numbers.items()}
        numbers[0] = Given(base, now(), instead_of=None if zero is None else zero.branch)
    named = {given.branch for given in numbers.values() if not given.is_retired}
    for branch in sorted(set(branches) - named):
        numbers[next_free(numbers, is_taken)] = Given(branch, now())
    return known if numbers == known else numbers


def _is_complete(numbers: Numbers, branches: Collection[BranchName]) -> bool:
    """Whether `completed` would change nothing, wherever HEAD is."""
    named = {given.branch for given in numbers.values() if not given.is_retired}
    zero = numbers.get(0)
    return zero is not None and not zero.is_retired and zero.branch in branches and named.issuperset(branches)


def next_free(numbers: Numbers, is_taken: IsTaken) -> int:
    """The number after all that were ever assigned. Raises RollDamaged if it is too large for darktable."""
    number = max(numbers, default=0) + 1
    while is_taken(number):
        number += 1
    if number > MAX_NUMBER:
        raise RollDamaged(f"no number after {MAX_NUMBER}")
    return number


def given_numbers(
    repository: Repository, branches: Collection[BranchName], is_taken: IsTaken, remembered: Numbers, *, may_write: bool
) -> Numbers:
    """The numbers of `branches`, which are all. New ones are written down, or `remembered` where that isn't possible.

    While HEAD is damaged, no number is given, and branches that have one keep it. Parses roll.json, and HEAD if a
    number is to be given. Raises StoreFailed, OSError.
    """
    known = read_numbers(repository.root)
    if remembered.keys() <= known.keys() and _is_complete(known, branches):
        return known
    try:
        head = repository.refs.head()
    except RefDamaged:
        if known:
            return known
        raise
    numbers = completed({**remembered, **known}, branches, head, is_taken)
    if numbers == known or not may_write:
        return numbers
    with locked_if_writable(repository.root) as is_locked:
        if is_locked:
            known = read_numbers(repository.root)
            numbers = completed(known, repository.refs.branches(), repository.refs.head(), is_taken)
            if numbers != known:
                write_numbers(repository.root, numbers)
    return numbers


def _without(given: Given, branch: BranchName) -> Given:
    return given._replace(is_retired=True) if given.branch == branch else given
