"""The log: a regular file, every line of it an entry, the origin of every state in it. For the holder of the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from chemigram_core.errors import NotAFile
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.fsck.unlogged import Untold
from chemigram_core.log.journal import FILE_NAME, OperationLog

_SHOWN = 8


def log_findings(root: Path) -> Iterator[Finding]:
    """What is wrong with the log. A line that a crash tore is nothing wrong."""
    try:
        wrong = "; ".join((*_unreadable(root), *_untold(root)))
    except NotAFile as error:
        wrong = str(error)
    if wrong and OperationLog(root).extent() == (0, 0):
        yield Finding(Problem.LOG_MISSING, FILE_NAME, f"it is not there: {wrong}")
    elif wrong:
        yield Finding(Problem.LOG_DAMAGED, FILE_NAME, wrong)


def _unreadable(root: Path) -> Iterator[str]:
    if numbers := list(OperationLog(root).unreadable_lines()):
        yield f"{len(numbers)} lines are no entries: {_some(map(str, numbers))}"


def _untold(root: Path) -> Iterator[str]:
    if states := Untold(root, OperationLog(root).entries()).named():
        yield f"no line tells the origin of {len(states)} states: {_some(digest[:12] for digest in states)}"


def _some(texts: Iterable[str]) -> str:
    first = list(islice(texts, _SHOWN + 1))
    return ", ".join(first[:_SHOWN]) + (" ..." if len(first) > _SHOWN else "")
