"""The log: a regular file, every line of it an entry, the origin of every state in it. For the holder of the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from chemigram_core.errors import NotAFile
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.fsck.unlogged import Unlogged
from chemigram_core.log.journal import FILE_NAME, OperationLog
from chemigram_core.log.lineage import Lineage

_SHOWN = 8


class LogAudit:
    """The log of one repository, parsed once into `lineage`, which is empty if the log can't be read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._error: NotAFile | None = None
        try:
            self.lineage = Lineage.of(OperationLog(root).lines())
        except NotAFile as error:
            self.lineage, self._error = Lineage(), error

    def findings(self) -> Iterator[Finding]:
        """The problems of the log. A line that a crash tore is not one."""
        wrong = "; ".join((*self._unreadable(), *self._unlogged())) if self._error is None else str(self._error)
        if wrong and OperationLog(self._root).extent() == (0, 0):
            yield Finding(Problem.LOG_MISSING, FILE_NAME, f"missing: {wrong}")
        elif wrong:
            yield Finding(Problem.LOG_DAMAGED, FILE_NAME, wrong)

    def _unreadable(self) -> Iterator[str]:
        if numbers := self.lineage.unreadable:
            yield f"{len(numbers)} lines are no entries: {_some(map(str, numbers))}"

    def _unlogged(self) -> Iterator[str]:
        if states := Unlogged(self._root, self.lineage).named():
            yield f"no line says where {len(states)} states came from: {_some(digest[:12] for digest in states)}"


def _some(texts: Iterable[str]) -> str:
    first = list(islice(texts, _SHOWN + 1))
    return ", ".join(first[:_SHOWN]) + (" ..." if len(first) > _SHOWN else "")
