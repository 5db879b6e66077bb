"""The result of a campaign, as one line of figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_SHOWN = 20


@dataclass
class Report:
    """Counts by what was counted, and every violation of a promise in a line."""

    campaign: str
    seed: int
    size: int
    counts: Counter[str] = field(default_factory=Counter)
    figures: dict[str, str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    too_slow: list[str] = field(default_factory=list)  # apart, since it depends on the machine and what else it does

    def violation(self, what: str) -> None:
        """Add a broken promise."""
        self.violations.append(what)

    def line(self) -> str:
        """The figures."""
        counted = [f"{count} {what}" for what, count in self.counts.items()]
        stated = [f"{what} {value}" for what, value in self.figures.items()]
        return f"{self.campaign}: seed {self.seed}, size {self.size}: " + ", ".join(
            [*counted, *stated, f"{len(self.violations)} violations", f"{len(self.too_slow)} too slow"]
        )

    def details(self) -> str:
        """The first violations, a line each."""
        return "\n".join(f"  violation: {what}" for what in [*self.violations, *self.too_slow][:_SHOWN])
