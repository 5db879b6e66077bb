"""chemfs fsck: whether a repository is as it should be, and its repair."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chemfs import exit_codes
from chemfs.cli.arguments import add_json, add_repository
from chemfs.cli.json import print_json
from chemfs.cli.progress import progress
from chemfs.tree.heads import orphaned_drafts
from chemigram_core.fsck import Audit, Finding, finish, repair
from chemigram_core.printable import printable

DESCRIPTION = """Check every object, ref and mask, the log and the registry. The exit code is 1 if a problem is found,
even if it was repaired."""
EXAMPLE = "chemfs fsck sunset --repair"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --repair, --json."""
    add_repository(parser)
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired; deletes nothing")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Check it; the exit code says whether a problem was found. Raises NotARepository."""
    found = [*_findings(options.repository), *orphaned_drafts.findings(options.repository)]
    repairs = [repair(options.repository, finding) if options.repair else None for finding in found]
    if options.repair:
        finish(options.repository)
    if options.json:
        print_json([_fields(finding, repaired) for finding, repaired in zip(found, repairs, strict=True)])
    else:
        _print(found, repairs)
    return exit_codes.PROBLEM_FOUND if any(not finding.is_harmless for finding in found) else 0


def _findings(root: Path) -> Iterator[Finding]:
    audit = Audit(root)
    yield from audit.first()
    for file in progress(audit.files(), "checking"):
        yield from audit.object(file)
    yield from audit.rest()


def _fields(finding: Finding, repaired: str | None) -> dict[str, Any]:
    return finding.to_json() | ({"repair": repaired} if repaired else {})


def _print(found: list[Finding], repairs: list[str | None]) -> None:
    for finding, repaired in zip(found, repairs, strict=True):
        print(printable(f"{finding.path}: {finding.says}" + (f" -> {repaired}" if repaired else "")))
    problems = [finding for finding in found if not finding.is_harmless]
    print(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}" if problems else "all is well")
