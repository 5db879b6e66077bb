"""chemfs fsck: check a repository, and repair it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from chemfs import exit_codes
from chemfs.cli.arguments import add_json, add_place, add_trust
from chemfs.cli.json import JsonList
from chemfs.cli.progress import progress
from chemfs.cli.targets import for_each, targets_at
from chemfs.cli.text import counted
from chemfs.tree.heads import orphaned_drafts
from chemigram_core.fsck import Audit, Finding, Problem, finish, repair
from chemigram_core.library.members import Member
from chemigram_core.printable import printable

DESCRIPTION = """Check every object, ref and mask, the log and the registry. The exit code is 1 if a problem is found,
even if it was repaired. In a library, check each repository."""
EXAMPLE = "chemfs fsck sunset --repair"

_Item = TypeVar("_Item")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --repair, --json, --trust."""
    add_place(parser)
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired; deletes nothing")
    add_json(parser)
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    """Check it; the exit code says whether a problem was found. Raises NotARepository."""
    found = targets_at(options.repository)
    problems, findings, away = 0, JsonList(), list[str]()

    def work(member: Member) -> int:
        nonlocal problems
        ours = 0
        for finding, repaired in _checked(member.root, repairs=options.repair, shows_progress=not found.is_library):
            ours += not finding.is_harmless
            if options.json:
                findings.print(found.key(member) | finding.to_json() | ({"repair": repaired} if repaired else {}))
            elif found.is_library and finding.problem is Problem.IMAGE_UNAVAILABLE:
                away.append(printable(_line(member, finding, repaired)))  # a drive that is away buries no damage
            else:
                print(printable(_line(member, finding, repaired)))
        problems += ours
        return exit_codes.PROBLEM_FOUND if ours else 0

    code = for_each(found, work, "checking")
    if options.json:
        findings.end()
    else:
        print(*away, sep="\n", end="\n" if away else "")
        print((f"{found.in_words()}: " if found.is_library else "") + _summary(problems, code))
    return code


def _checked(root: Path, *, repairs: bool, shows_progress: bool) -> Iterator[tuple[Finding, str | None]]:
    """The findings in a repository, each with the result of its repair."""
    found = [*_findings(root, shows_progress=shows_progress), *orphaned_drafts.findings(root)]
    yield from [(finding, repair(root, finding) if repairs else None) for finding in found]
    if repairs:
        finish(root)


def _findings(root: Path, *, shows_progress: bool) -> Iterator[Finding]:
    audit, track = Audit(root), progress if shows_progress else _untracked
    yield from audit.first()
    for file in track(audit.files(), "checking"):
        yield from audit.object(file)
    yield from audit.rest()


def _untracked(files: Sequence[_Item], _: str) -> Iterator[_Item]:
    """Reports no progress: a library has a progress bar of its own."""
    return iter(files)


def _line(member: Member, finding: Finding, repaired: str | None) -> str:
    path = f"{member.path}/{finding.path}" if member.path else finding.path
    return f"{path}: {finding.says}" + (f" -> {repaired}" if repaired else "")


def _summary(problems: int, code: int) -> str:
    if problems:
        return counted(problems, "problem")
    return "the check is incomplete" if code else "no problems found"
