"""Decides which changed files are due. Knows no files and no clock: the caller gives each time.

Programs write a file in several steps, and darktable several times within a second. So a file is due when nothing has
happened to it for a while: a second after it was closed or renamed, and ten seconds after it was last written if
nobody closes it. One that looks unfinished then is due again when it has been quiet for five seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Generic, TypeVar

from chemigram_core.roll.pending import QUIET_SECONDS

CLOSED_SECONDS = 1.0
WRITTEN_SECONDS = 10.0

Key = TypeVar("Key")


class Debounce(Generic[Key]):
    """The files that have changed, each with the moment at which it is due, in seconds."""

    def __init__(self) -> None:
        self._due: dict[Key, float] = {}
        self._quiet: dict[Key, float] = {}  # since when, of those that are due
        self._taken: dict[Key, float] = {}  # the same, of those that were taken last

    def __iter__(self) -> Iterator[Key]:
        return iter(self._due)

    def written(self, file: Key, now: float) -> None:
        """A file was written, and may be written further."""
        self._due[file], self._quiet[file] = now + WRITTEN_SECONDS, now

    def closed(self, file: Key, now: float) -> None:
        """A file was closed after it was written, or renamed to its name."""
        self._due[file], self._quiet[file] = now + CLOSED_SECONDS, now

    def retry(self, file: Key, moment: float) -> None:
        """Look at a file again at that moment, unless it changes before."""
        self._due.setdefault(file, moment)

    def waits(self, file: Key, now: float) -> bool:
        """Whether a file that looks unfinished has not been quiet for long: then it is due again when it has.

        A file that was never due counts as quiet from now on.
        """
        since = self._taken.get(file, now)
        if now >= since + QUIET_SECONDS:
            return False
        if file not in self._due:
            self._due[file], self._quiet[file] = since + QUIET_SECONDS, since
        return True

    def take_due(self, now: float, limit: int) -> list[Key]:
        """Files that are due, the longest waiting first; they are forgotten here, but for `waits`."""
        due = sorted((file for file, moment in self._due.items() if moment <= now), key=self._due.__getitem__)[:limit]
        self._taken = {file: self._quiet.pop(file, now) for file in due}
        for file in due:
            del self._due[file]
        return due

    def next_due(self) -> float:
        """The moment at which the next file is due; infinite without one."""
        return min(self._due.values(), default=inf)

    def clear(self) -> None:
        """Forget all files."""
        for known in (self._due, self._quiet, self._taken):
            known.clear()
