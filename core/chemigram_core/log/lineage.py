"""What the lines of a log say about states and refs, accumulated line by line. Knows no file, no object and no ref."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.lines import is_void
from chemigram_core.log.ref_positions import apply


class Lineage:
    """The parents of each state and the position of each ref, after the lines that were added.

    `parents`: for each state whose origin is in a line, the states that it was made from, oldest first; empty for a
    first save, several for a state that a branch returned to. `positions`: the state of each ref by its full name,
    without deleted and renamed refs. `mentioned`: the states in lines that don't give their origin. `unreadable`: the
    numbers of the lines that should be entries but can't be parsed.
    """

    def __init__(self) -> None:
        self.parents: dict[Digest, tuple[Digest, ...]] = {}
        self.positions: dict[str, Digest] = {}
        self.mentioned: set[Digest] = set()
        self.unreadable: list[int] = []
        self._lines = 0

    @classmethod
    def of(cls, lines: Iterable[tuple[bytes, LogEntry | None]]) -> Self:
        """The lineage of these lines."""
        lineage = cls()
        for line, entry in lines:
            lineage.add(line, entry)
        return lineage

    def add(self, line: bytes, entry: LogEntry | None) -> None:
        """Add a whole line, and the entry in it if there is one."""
        self._lines += 1
        if entry is not None:
            self.add_entry(entry)
        elif not is_void(line):
            self.unreadable.append(self._lines)

    def add_entry(self, entry: LogEntry) -> None:
        """Add an entry that is not in a file yet."""
        apply(self.positions, entry)
        if entry.hash is None:
            return
        if not entry.has_origin:
            self.mentioned.add(entry.hash)
        elif entry.parent is None:
            self.parents.setdefault(entry.hash, ())
        elif entry.parent not in (known := self.parents.get(entry.hash, ())):
            self.parents[entry.hash] = (*known, entry.parent)
