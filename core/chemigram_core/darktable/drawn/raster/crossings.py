"""Self-intersections of the border of a closed line, and the loops between them. Knows no pixels.

Source: _path_find_self_intersection in darktable's src/develop/masks/path.c, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from chemigram_core.darktable.drawn.raster.pixels import Numbers

Pixel: TypeAlias = tuple[int, int]
Loop: TypeAlias = tuple[int, int]
_ROW = 1 << 32  # a pixel is encoded as a number: this times y, plus x
_STEPS = frozenset(y * _ROW + x for y in (-1, 0, 1) for x in (-1, 0, 1))


def without_loops(ends: Numbers, most: int) -> Numbers:
    """The ends of the border, those on a loop replaced by the crossing where it closes; at most `most` loops.

    Where a loop goes over the end of the line, the part before it takes what is before the loop instead.
    """
    start, count, found = _largest(ends[:, 0]), len(ends), ends.copy()
    loops = _loops(np.roll(ends, -start, axis=0), most)
    crossings = _crossings([((first + start) % count, (last + start) % count) for first, last in loops])
    after = 0
    for first in sorted(crossings):
        if first >= after:
            crossing = _followed(crossings, first)
            after = crossing + 1 if crossing > first else count
            found[first:after] = ends[crossing] if crossing > first else ends[first - 1]
    return found


def _crossings(loops: list[Loop]) -> dict[int, int]:
    """The end of each loop by its start; a loop over the end of the line starts again at 0."""
    found: dict[int, int] = {}
    for first, last in loops:
        if first > last:
            found[0] = last
        found[first] = last
    return found


def _followed(crossings: dict[int, int], first: int) -> int:
    """The end of a loop, or of one that begins where it ends, and so on."""
    seen, last = {first}, crossings[first]
    while last in crossings and last not in seen:
        seen.add(last)
        last = crossings[last]
    return last


def _loops(walk: Numbers, most: int) -> list[Loop]:
    """Found by walking along the border from its rightmost end, over a map of visited pixels."""
    x, y = walk.astype(np.int64).T
    pixels: list[int] = (y * _ROW + x).tolist()
    moves = np.flatnonzero((np.diff(x, prepend=x[-1]) != 0) | (np.diff(y, prepend=y[-1]) != 0))
    extremes = [0, _largest(-walk[:, 0]), _largest(-walk[:, 1]), _largest(walk[:, 1])]
    seen: dict[int, int] = {}
    loops: list[Loop] = []
    for number in moves.tolist():
        if number:
            seen[pixels[number - 1]] = number - 1
        for pixel in _line(pixels[number - 1], pixels[number]):
            for place in (pixel, pixel - 1, pixel - _ROW):
                before = seen.get(place, number)
                if before < number - 1 and not any(before <= each <= number for each in extremes):
                    _remember(loops, (before, number))
            seen[pixel] = number
        if len(loops) >= most:
            break
    return loops


def _largest(numbers: Numbers) -> int:
    """The place of the largest number, the last one of several."""
    return len(numbers) - 1 - int(np.argmax(numbers[::-1]))


def _remember(loops: list[Loop], loop: Loop) -> None:
    """A loop that encloses the one before replaces it."""
    if loops and loop[0] <= loops[-1][0] and loop[1] >= loops[-1][1]:
        loops.pop()
    loops.append(loop)


def _line(start: int, end: int) -> Sequence[int]:
    """The pixels after `start` up to `end`, without a gap."""
    if end - start in _STEPS:
        return (end,)
    (x, y), (to_x, to_y) = _place(start), _place(end)
    count = max(abs(to_x - x), abs(to_y - y), 1)
    return [
        (y + round(step * (to_y - y) / count)) * _ROW + x + round(step * (to_x - x) / count)
        for step in range(1, count + 1)
    ]


def _place(pixel: int) -> Pixel:
    """Its x, which may be below 0, and its y."""
    y = (pixel + _ROW // 2) // _ROW
    return pixel - y * _ROW, y
