"""The states and refs in the lines of a log, accumulated line by line. Knows no file, no object and no ref.

A state's parent is the tip of its branch when the state was first saved, and never changes. A later line that
returns a branch to the state is an event of the branch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from chemigram_core.digest import Digest
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.lines import is_void
from chemigram_core.log.operations import RECOVERED
from chemigram_core.log.ref_positions import apply, record_tip

_MOST_STEPS = 1_000  # of a walk that prevents a cycle of parents in a repaired log


class Lineage:
    """The parent of each state and the positions of each ref, after the lines that were added.

    `parents`: for each state whose origin is in a line, the state that it was made from, or None for a first save;
    following it never leads in a circle, whatever the lines say. `kept`: the states that a repair attached to a state,
    since they may have come before it. `positions`: the state of each ref by its full name, without deleted and renamed
    refs. `tips`: the states that each branch has pointed at, in order. `mentioned`: the states in lines that don't give
    their origin. `named`: the states that lines have as a parent. `told`: the full names of all refs in lines.
    `unreadable`: the numbers of the lines that should be entries but can't be parsed.
    """

    def __init__(self) -> None:
        self.parents: dict[Digest, Digest | None] = {}
        self.kept: dict[Digest, tuple[Digest, ...]] = {}
        self.positions: dict[str, Digest] = {}
        self.tips: dict[str, list[Digest]] = {}
        self.mentioned: set[Digest] = set()
        self.named: set[Digest] = set()
        self.told: set[str] = set()
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
        self.told.update(filter(None, (entry.ref, str(entry.metadata.get("from", "")))))
        apply(self.positions, entry)
        record_tip(self.tips, entry)
        if entry.hash is None:
            return
        if not entry.has_origin:
            self.mentioned.add(entry.hash)
        elif entry.hash not in self.parents:
            self.parents[entry.hash] = self._origin(entry.hash, entry)
        if entry.parent is not None:
            self.named.add(entry.parent)
            if entry.op == RECOVERED and self.parents.get(entry.hash) != entry.parent:
                self.kept[entry.hash] = (*self.kept.get(entry.hash, ()), entry.parent)

    def may_mention(self, ref: str) -> bool:
        """Whether a line names a ref, or a lost line may have; an empty log proves nothing."""
        return ref in self.told or bool(self.unreadable) or not self._lines

    def mentions(self, digest: Digest) -> bool:
        """Whether a line names a state in any way."""
        return digest in self.parents or digest in self.mentioned or digest in self.named

    def before(self, digest: Digest) -> Iterable[Digest]:
        """The states before a state: its parent, and those that a repair attached to it."""
        parent = self.parents.get(digest)
        return self.kept.get(digest, ()) if parent is None else (parent, *self.kept.get(digest, ()))

    def _origin(self, digest: Digest, entry: LogEntry) -> Digest | None:
        """The parent in the first line that gives a state's origin.

        If another line named the state as a parent before, its own first line is lost: a later save is a return, and a
        repair may have found its parent.
        """
        if digest not in self.named:
            return entry.parent
        return entry.parent if entry.op == RECOVERED and not self._leads_back(digest, entry.parent) else None

    def _leads_back(self, digest: Digest, start: Digest | None) -> bool:
        for _ in range(_MOST_STEPS):
            if start is None or start == digest:
                return start == digest
            start = self.parents.get(start)
        return True
