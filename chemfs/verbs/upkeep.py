"""fsck: is the repository as it should be, and can what is not be mended."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chemfs import exit_codes, left_drafts
from chemfs.output import print_json, printable, progress
from chemfs.verbs.arguments import Verbs, add_json, add_repository, add_verb
from chemigram_core.fsck import Audit, Finding, repair


def add_to(verbs: Verbs) -> None:
    """The verbs."""
    check = add_verb(verbs, "fsck", _fsck, "check every object, ref and mask, the log and the registry")
    add_repository(check)
    check.add_argument("--repair", action="store_true", help="mend what can be; nothing is deleted")
    add_json(check)


def _fsck(options: argparse.Namespace) -> int:
    found = [*_findings(options.repository), *left_drafts.findings(options.repository)]
    done = [repair(options.repository, finding) if options.repair else None for finding in found]
    if options.json:
        print_json([_facts(finding, mended) for finding, mended in zip(found, done, strict=True)])
    else:
        _tell(found, done)
    return exit_codes.PROBLEM_FOUND if found else 0


def _findings(root: Path) -> Iterator[Finding]:
    audit = Audit(root)
    for file in progress(audit.files(), "checking"):
        yield from audit.object(file)
    yield from audit.rest()


def _facts(finding: Finding, done: str | None) -> dict[str, Any]:
    return finding.to_json() | ({"repair": done} if done else {})


def _tell(found: list[Finding], done: list[str | None]) -> None:
    for finding, mended in zip(found, done, strict=True):
        print(printable(f"{finding.path}: {finding.says}" + (f" -> {mended}" if mended else "")))
    print(f"{len(found)} problems" if found else "all is well")
