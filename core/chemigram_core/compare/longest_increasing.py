"""The longest increasing subsequence: the items that stay when the others move. Knows no meaning of numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

_T = TypeVar("_T", bound=Hashable)


def longest_increasing(numbers: Sequence[int]) -> list[int]:
    """The places of a longest increasing subsequence (patience sorting)."""
    tails: list[int] = []
    tops: list[int] = []
    before: list[int | None] = []
    for at, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        before.append(tails[pile - 1] if pile else None)
        tops[pile : pile + 1], tails[pile : pile + 1] = [number], [at]
    places: list[int] = []
    last = tails[-1] if tails else None
    while last is not None:
        places.append(last)
        last = before[last]
    return places[::-1]


def moved(left: Sequence[_T], right: Sequence[_T], among: Collection[_T]) -> dict[_T, tuple[int, int]]:
    """The fewest of `among` that have to move from their order in `left` to that in `right`; places start at 1."""
    place = {member: at for at, member in enumerate(right)}
    common = [member for member in left if member in place and member in among]
    staying = {common[at] for at in longest_increasing([place[member] for member in common])}
    old = {member: at for at, member in enumerate(left)}
    return {member: (old[member] + 1, place[member] + 1) for member in common if member not in staying}
