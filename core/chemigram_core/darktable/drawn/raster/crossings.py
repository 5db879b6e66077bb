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
    count, found = len(ends), ends.copy()
    crossings = _crossings(_loops(ends, most))
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
        if 0 < last < first:
            found[0] = max(found.get(0, 0), last)
        found[first] = last
    return found


def _followed(crossings: dict[int, int], first: int) -> int:
    """The end of a loop, or of one that begins where it ends, and so on."""
    seen, last = {first}, crossings[first]
    while last in crossings and last not in seen:
        seen.add(last)
        last = crossings[last]
    return last


def _loops(ends: Numbers, most: int) -> list[Loop]:
    """Found by walking along the border from its rightmost end, over a map of visited pixels."""
    count, start = len(ends), _furthest(ends[:, 0])
    pixels, moves = _walk(np.roll(ends, -start, axis=0))
    extremes = [(_furthest(each) - start) % count for each in (*ends.T, *-ends.T)]
    seen: dict[int, int] = {}
    loops: list[Loop] = []
    last = -1
    for number in moves:
        if number - 1 > last:  # it stayed in that pixel
            seen[pixels[number - 1]] = number - 1
        for pixel in _line(pixels[number - 1], pixels[number]):
            found = [seen.get(place, -1) for place in (pixel, pixel - 1, pixel - _ROW)]
            for before in found:
                if 0 <= before < number - 1 and not any(before <= each <= number for each in extremes):
                    _remember(loops, ((before + start) % count, (number + start) % count))
            if min(found) < 0 or number - 1 in found:  # else the pixel keeps what it has
                seen[pixel] = number
        last = number
        if len(loops) >= most:
            break
    return loops


def _walk(ends: Numbers) -> tuple[list[int], list[int]]:
    """The pixel of each end, as a number, and the ends that are in another one than the end before."""
    x, y = ends.astype(np.int64).T
    pixels = y * _ROW + x
    return pixels.tolist(), np.flatnonzero(pixels != np.roll(pixels, 1)).tolist()


def _furthest(numbers: Numbers) -> int:
    """The place of the largest number, found as darktable does: the largest so far is kept without its fraction."""
    whole = np.trunc(numbers)
    above = np.flatnonzero(numbers > whole.max())
    return int(above[-1]) if above.size else int(whole.argmax())


def _remember(loops: list[Loop], loop: Loop) -> None:
    """A loop that encloses the one before replaces it; one over the end of the line encloses only its like."""
    if loops and _is_over_end(loop) == _is_over_end(loops[-1]) and loop[0] <= loops[-1][0] and loop[1] >= loops[-1][1]:
        loops.pop()
    loops.append(loop)


def _is_over_end(loop: Loop) -> bool:
    return loop[0] > loop[1]


def _line(start: int, end: int) -> Sequence[int]:
    """The pixels after `start` up to `end`: one in each column, so that there are gaps in a steep line."""
    if end - start in _STEPS:
        return (end,)
    (x, y), (to_x, to_y) = _place(start), _place(end)
    step = 1 if to_x > x else -1
    columns = range(x + step, to_x, step)
    return *(int((column - x) * (to_y - y) / (to_x - x) + y) * _ROW + column for column in columns), end


def _place(pixel: int) -> Pixel:
    """Its x, which may be below 0, and its y."""
    y = (pixel + _ROW // 2) // _ROW
    return pixel - y * _ROW, y
