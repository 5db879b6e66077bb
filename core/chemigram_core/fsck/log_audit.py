"""Checks the log: a regular file, every line an entry, an origin for every state. For the holder of the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from chemigram_core.errors import InvalidName, NotAFile, ObjectMissing, shown
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.fsck.unlogged import Unlogged
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.journal import FILE_NAME, OperationLog
from chemigram_core.log.lineage import Lineage
from chemigram_core.names import parse_ref
from chemigram_core.store.objects import Kind, ObjectStore

_SHOWN = 8

Line = tuple[bytes, LogEntry | None]


class LogAudit:
    """The log of one repository, parsed once into `lineage`, which is empty if the log can't be read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._error: NotAFile | None = None
        self._untimed: list[str] = []
        self._misnamed: list[str] = []
        try:
            self.lineage = Lineage.of(self._looked_at(OperationLog(root).lines()))
        except NotAFile as error:
            self.lineage, self._error = Lineage(), error

    def findings(self) -> Iterator[Finding]:
        """The problems of the log. A line that a crash tore is not one."""
        wrong = "; ".join((*self._unreadable(), *self._unlogged())) if self._error is None else str(self._error)
        if wrong and OperationLog(self._root).extent() == (0, 0):
            yield Finding(Problem.LOG_MISSING, FILE_NAME, f"missing: {wrong}")
        elif wrong:
            yield Finding(Problem.LOG_DAMAGED, FILE_NAME, wrong)
        else:
            yield from self._unnamed()
        if self._untimed:
            yield Finding(
                Problem.LOG_TEXT, FILE_NAME, f"timestamps that are not ISO 8601 in UTC: {_some(self._untimed)}"
            )
        if self._misnamed:
            yield Finding(Problem.LOG_TEXT, FILE_NAME, f"names that no ref can have: {_some(self._misnamed)}")

    def _looked_at(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The same lines; records texts in them that chemfs never writes."""
        for number, (line, entry) in enumerate(lines, start=1):
            if entry is not None and entry.timestamp and not entry.is_timed:
                self._untimed.append(f"line {number}: {shown(entry.timestamp)}")
            if entry is not None and entry.ref is not None and not _may_be(entry.ref):
                self._misnamed.append(f"line {number}: ref: {shown(entry.ref)}")
            yield line, entry

    def _unnamed(self) -> Iterator[Finding]:
        """The states that nothing leads to; a repair of a damaged log would record them."""
        objects = ObjectStore(self._root)
        for digest in Unlogged(self._root, self.lineage).unreferenced():
            says = "not in the log: a save that was interrupted, or whose line was lost"
            with suppress(ObjectMissing):
                yield Finding(Problem.UNLOGGED, objects.path(digest, Kind.SNAPSHOT), says, digest)

    def _unreadable(self) -> Iterator[str]:
        if numbers := self.lineage.unreadable:
            yield f"{len(numbers)} lines are not entries: {_some(map(str, numbers))}"

    def _unlogged(self) -> Iterator[str]:
        if states := Unlogged(self._root, self.lineage).referenced():
            yield f"no line says where {len(states)} states came from: {_some(digest[:12] for digest in states)}"


def _may_be(ref: str) -> bool:
    """Whether a text can be a ref: chemigram writes other words than full names, too, but those begin with refs/."""
    try:
        return not ref.startswith("refs/") or bool(parse_ref(ref))
    except InvalidName:
        return False


def _some(texts: Iterable[str]) -> str:
    first = list(islice(texts, _SHOWN + 1))
    return ", ".join(first[:_SHOWN]) + (" ..." if len(first) > _SHOWN else "")
