"""The log of one branch, under its former names too."""

from __future__ import annotations

from collections.abc import Iterator

from chemigram_core.errors import RefMissing
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import RENAME
from chemigram_core.names import BranchName
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository


def newest_first(repository: Repository, branch: BranchName) -> Iterator[LogEntry]:
    """What happened on a branch. Raises RefMissing at the end if nothing ever did."""
    ref, found = branch.ref, False
    for entry in repository.log.newest_first():
        if entry.ref == ref:
            yield entry
            found = True
            if entry.op == RENAME:
                ref = str(entry.metadata.get("from"))  # what came before happened under the old name
    if not found and repository.refs.head() != OnBranch(branch):
        raise RefMissing(branch.ref)
