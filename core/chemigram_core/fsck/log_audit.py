"""The log: there, a regular file, and every line of it an entry. For the holder of the lock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chemigram_core.errors import NotAFile
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.operation_log import FILE_NAME, OperationLog
from chemigram_core.refs import Refs

_SHOWN = 8


def log_findings(root: Path) -> Iterator[Finding]:
    """What is wrong with the log. A line that a crash tore is nothing wrong."""
    log = OperationLog(root)
    try:
        numbers = list(log.unreadable_lines())
    except NotAFile as error:
        yield Finding(Problem.LOG_DAMAGED, FILE_NAME, str(error))
        return
    if numbers:
        shown = ", ".join(map(str, numbers[:_SHOWN])) + (" ..." if len(numbers) > _SHOWN else "")
        yield Finding(Problem.LOG_DAMAGED, FILE_NAME, f"{len(numbers)} lines are no entries: {shown}")
    if log.extent() == (0, 0) and (Refs(root).branches() or Refs(root).tags()):
        yield Finding(Problem.LOG_MISSING, FILE_NAME, "there are refs, but no log of how they came to be")
