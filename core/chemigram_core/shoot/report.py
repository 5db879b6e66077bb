"""The report of an import or a dry run. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chemigram_core.shoot.intake import Intake
from chemigram_core.shoot.problem import Problem


@dataclass(slots=True)
class Report:
    """Counts: images, the new ones among them, states and branches that were made, sidecars that are unchanged."""

    shoot: Path
    folder: Path
    is_dry_run: bool
    images: int = 0
    new_images: int = 0
    states: int = 0
    branches: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, intake: Intake, folder: Path) -> None:
        """Add what became of one image, whose sidecars are in `folder`."""
        self.states += intake.states
        self.branches += intake.branches
        self.unchanged += intake.unchanged
        self.problems += [Problem(kind, str(folder / name), says) for kind, name, says in intake.problems]

    def to_json(self) -> dict[str, Any]:
        """The report for programs."""
        counts = {key: getattr(self, key) for key in ("images", "new_images", "states", "branches", "unchanged")}
        paths = {"shoot": str(self.shoot), "folder": str(self.folder), "dry_run": self.is_dry_run}
        return {**paths, **counts, "problems": [problem.to_json() for problem in self.problems]}
