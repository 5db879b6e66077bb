"""chemfs import: import a folder of photographs and their sidecars into a library."""

from __future__ import annotations

import argparse
from itertools import groupby

from chemfs import exit_codes
from chemfs.cli.arguments import add_json, add_trust
from chemfs.cli.json import print_json
from chemfs.cli.progress import task_progress
from chemfs.cli.shoot_arguments import add_shoot_and_library, mounts, refuse_mounts
from chemfs.cli.text import counted
from chemigram_core.printable import printable
from chemigram_core.shoot.importer import import_shoot
from chemigram_core.shoot.problem import Problem
from chemigram_core.shoot.report import Report

DESCRIPTION = """Create a repository in LIBRARY for each image in SHOOT and its subfolders, with a branch for each
sidecar. Run again, it takes what has changed since. The images are linked, and never written. The exit code is 1 if a
file needs attention."""
EXAMPLE = "chemfs import 2026-11-20-wedding library"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """SHOOT, LIBRARY, --dry-run, --json, --trust."""
    add_shoot_and_library(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, and write nothing")
    add_json(parser)
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    """Import it; the exit code says whether a file needs attention. Raises UnusableShoot and the like."""
    refuse_mounts(options)
    with task_progress() as progress:
        report = import_shoot(
            options.shoot, options.library, apart=mounts(), dry_run=options.dry_run, progress=progress
        )
    if options.json:
        print_json(report.to_json())
    else:
        _print(report)
    return exit_codes.PROBLEM_FOUND if report.problems else 0


def _print(report: Report) -> None:
    would = "would be taken" if report.is_dry_run else "taken"
    print(printable(f"{report.shoot} -> {report.folder}"))
    print(f"{counted(report.images, 'image')}, {report.new_images} of them new")
    print(f"{counted(report.states, 'state')} {would}, on {counted(report.branches, 'new branch', 'new branches')}")
    print(f"{counted(report.unchanged, 'sidecar')} unchanged")
    ordered = sorted(report.problems, key=lambda problem: problem.kind.value)
    for kind, problems in groupby(ordered, key=lambda problem: problem.kind):
        _print_problems(kind.value, list(problems))


def _print_problems(kind: str, problems: list[Problem]) -> None:
    print(f"\n{kind}: {problems[0].advice}")
    for problem in problems:
        print(printable(f"  {problem.path}: {problem.says}"))
