"""The longest rising part of a sequence: what stays in its place when the rest moves. Knows no meaning of numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising subsequence (patience sorting)."""
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
