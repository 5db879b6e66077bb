"""Reads one repository for its status: a bounded number of files, and no XMP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from chemigram_core.digest import Digest
from chemigram_core.image.raw_folder import Image
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.metadata import HISTORY_LOSS
from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.names import BranchName, TagName
from chemigram_core.refs.head import Head, OnBranch
from chemigram_core.repository import Repository

_LOSS = HISTORY_LOSS.encode()


@dataclass(frozen=True)
class Facts:
    """The facts about a repository that the checks need, each read once, on demand.

    Properties raise StoreFailed, OSError.
    """

    repository: Repository

    @cached_property
    def head(self) -> Head:
        """The position of HEAD."""
        return self.repository.refs.head()

    @cached_property
    def image(self) -> Image | None:
        """The image that raw/ names."""
        return self.repository.image

    @cached_property
    def tips(self) -> dict[BranchName, Digest]:
        """The branches that have a state, each with its tip."""
        return {name: self.repository.tip(name) for name in self.repository.refs.branches()}

    @cached_property
    def tags(self) -> list[TagName]:
        """The tags."""
        return self.repository.refs.tags()

    @property
    def state(self) -> Digest | None:
        """HEAD's state, if it has one."""
        return self.tips.get(self.head.branch) if isinstance(self.head, OnBranch) else self.head.digest

    @property
    def branches(self) -> list[BranchName]:
        """The branches that may hold files: HEAD's, too, before its first state."""
        return sorted({*self.tips, *((self.head.branch,) if isinstance(self.head, OnBranch) else ())})

    @property
    def last_save(self) -> LogEntry | None:
        """The last save of all branches."""
        return next((entry for entry in self._told if entry.op == SNAPSHOT), None)

    @property
    def losses(self) -> list[LogEntry]:
        """The saves that lost history, newest first."""
        return [entry for entry in self._told if HISTORY_LOSS in entry.metadata]

    @cached_property
    def _told(self) -> list[LogEntry]:
        """What the log says of both: all its lines are read, and those of the last save and of losses parsed."""
        return list(self.repository.log.newest_with(SNAPSHOT, _LOSS))
