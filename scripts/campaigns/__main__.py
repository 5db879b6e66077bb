"""Run one campaign and print its line of figures."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from scripts.campaigns.report import Report

SIZES = {
    "full_disk": 10,
    "hostile_input": 1500,
    "hostile_repositories": 300,
    "concurrency": 100,
    "rot": 200,
    "kill": 1000,
    "faults": 7,
    "power_cut": 10,
    "soak": 3600,
    "shoot": 20,
    "watch": 100,
    "watch_many": 100_000,
    "storm": 600,
}


def main() -> int:
    """The exit code: 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m scripts.campaigns")
    parser.add_argument("name", choices=sorted(SIZES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, help="how much of it; each campaign says of what")
    parser.add_argument("--folder", type=Path, help="where to work, instead of a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="campaign-", dir=options.folder) as folder:
        report: Report = importlib.import_module(f"scripts.campaigns.{options.name}").run(
            options.seed, options.size or SIZES[options.name], Path(folder)
        )
    print(report.line())
    if broken := report.violations or report.too_slow:
        print(report.details(), file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
