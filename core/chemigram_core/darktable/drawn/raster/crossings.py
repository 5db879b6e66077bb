"""Where the border of a closed line crosses itself: the stretches that it goes around a loop. Knows no pixels.

Source: _path_find_self_intersection in darktable's src/develop/masks/path.c, by comparing exports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from chemigram_core.darktable.drawn.raster.pixels import Numbers

Pixel: TypeAlias = tuple[int, int]
Loop: TypeAlias = tuple[int, int]


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
    """Where each loop closes, by where it begins; one that goes over the end of the line begins at 0 again."""
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
    """Found by walking along it, from its rightmost end on, over a map of where it has been."""
    pixels: list[Pixel] = [(x, y) for x, y in walk.astype(np.int32).tolist()]
    extremes = [0, _largest(-walk[:, 0]), _largest(-walk[:, 1]), _largest(walk[:, 1])]
    seen: dict[Pixel, int] = {}
    loops: list[Loop] = []
    last = pixels[-1]
    for number, pixel in enumerate(pixels):
        if pixel == last and number:
            seen[pixel] = number
            continue
        for x, y in _line(last, pixel):
            for place in ((x, y), (x - 1, y), (x, y - 1)):
                before = seen.get(place, number)
                if before < number - 1 and not any(before <= each <= number for each in extremes):
                    _remember(loops, (before, number))
            seen[x, y] = number
        last = pixel
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


def _line(start: Pixel, end: Pixel) -> Iterator[Pixel]:
    """The pixels after `start` up to `end`, without a gap."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    count = max(abs(dx), abs(dy), 1)
    for step in range(1, count + 1):
        yield start[0] + round(step * dx / count), start[1] + round(step * dy / count)
