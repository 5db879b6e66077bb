"""Which of the files that change have come to rest. Knows no files and no clock: every moment is handed in.

Programs write a file in several steps, and darktable several times within a second. So a file is due when nothing has
happened to it for a while: a second after it was closed or renamed, and ten seconds after it was last written if
nobody closes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Generic, TypeVar

CLOSED_SECONDS = 1.0
WRITTEN_SECONDS = 10.0

Key = TypeVar("Key")


class Debounce(Generic[Key]):
    """The files that have changed, each with the moment at which it is due, in seconds."""

    def __init__(self) -> None:
        self._due: dict[Key, float] = {}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._due)

    def written(self, file: Key, now: float) -> None:
        """A file was written, and may be written further."""
        self._due[file] = now + WRITTEN_SECONDS

    def closed(self, file: Key, now: float) -> None:
        """A file was closed after it was written, or renamed to its name."""
        self._due[file] = now + CLOSED_SECONDS

    def retry(self, file: Key, moment: float) -> None:
        """Look at a file again at that moment, unless it changes before."""
        self._due.setdefault(file, moment)

    def take_due(self, now: float, limit: int) -> list[Key]:
        """Files that are due, the longest waiting first; they are forgotten here."""
        due = sorted((file for file, moment in self._due.items() if moment <= now), key=self._due.__getitem__)[:limit]
        for file in due:
            del self._due[file]
        return due

    def next_due(self) -> float:
        """The moment at which the next file is due; infinite without one."""
        return min(self._due.values(), default=inf)

    def clear(self) -> None:
        """Forget all files."""
        self._due.clear()
