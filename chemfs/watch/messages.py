"""The reports of a watch, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from chemigram_core.digest import Digest
from chemigram_core.names import BranchName
from chemigram_core.shoot.problem import Problem


@dataclass(frozen=True, slots=True)
class Captured:
    """The edit of a sidecar became the state of a branch of a repository."""

    sidecar: Path
    repository: Path
    branch: BranchName
    digest: Digest

    def to_json(self) -> dict[str, str]:
        """The message for programs, in the log's words."""
        place = {"sidecar": str(self.sidecar), "repository": str(self.repository)}
        return {**place, "ref": self.branch.ref, "hash": self.digest}


@dataclass(frozen=True, slots=True)
class Notice:
    """What happens to the watch itself."""

    text: str

    def to_json(self) -> dict[str, str]:
        """The message for programs."""
        return {"notice": self.text}


Message: TypeAlias = Captured | Problem | Notice
