"""Times of batches that different mounts do in turn, as ratios: what else the machine does hits all alike."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.bench.rows import Row

SUBJECT = "chemfs"
_ENTRY_SECONDS = 1.1


class Turns:
    """Seconds by row and place, one for each batch of each round."""

    def __init__(self) -> None:
        self._seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._turn = 0

    def take_all(self, table: Sequence[Row], places: Mapping[str, Path]) -> None:
        """Do rows; first those of names that have been seen, but so long ago that kernels keep no entry by default."""
        for row in (seen := [row for row in table if row.seen]):
            for place in places.values():
                row.access([str(place / path) for batch in row.batches for path in batch])
        time.sleep(_ENTRY_SECONDS if seen else 0)
        for row in (*seen, *(row for row in table if not row.seen)):
            self._take(row, places)

    def milliseconds(self, row: str) -> float:
        """The median batch of chemfs."""
        return statistics.median(self._seconds[row][SUBJECT]) * 1000

    def ratios(self, row: str, peer: str) -> list[float]:
        """How many times as fast as a peer chemfs was: the quartiles, lowest first."""
        pairs = zip(self._seconds[row][peer], self._seconds[row][SUBJECT], strict=True)
        return statistics.quantiles([other / own for other, own in pairs], n=4, method="inclusive")

    def _take(self, row: Row, places: Mapping[str, Path]) -> None:
        """Do every batch of a row in all places; another one begins each time."""
        for batch in row.batches:
            self._turn += 1
            for name in _rotated(list(places), self._turn):
                self._time(row, name, [str(places[name] / path) for path in batch])

    def _time(self, row: Row, place: str, paths: Sequence[str]) -> None:
        self._seconds[row.name][place].append(_seconds(row, paths))
        if row.again:
            self._seconds[f"{row.name} again"][place].append(_seconds(row, paths))


def _seconds(row: Row, paths: Sequence[str]) -> float:
    before = time.perf_counter()
    row.access(paths)
    return time.perf_counter() - before


def _rotated(names: list[str], turn: int) -> list[str]:
    start = turn % len(names)
    return names[start:] + names[:start]
