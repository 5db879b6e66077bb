"""gc, fsck: what nothing needs any more, and whether what is there is as it should be."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.filesize import decimal

from chemfs import exit_codes
from chemfs.cli.output import print_json, print_rows, printable, progress, steps
from chemfs.cli.verbs.arguments import Verbs, add_json, add_repository, add_verb, number_below, repository_of
from chemfs.tree.heads import orphaned_drafts
from chemigram_core import gc
from chemigram_core.fsck import Audit, Finding, finish, repair

MAX_DAYS = 100_000  # more than any clock has counted


def add_to(verbs: Verbs) -> None:
    """The verbs."""
    collect = add_verb(verbs, "gc", _gc, "remove snapshots that nothing reaches, and masks that no state has any more")
    add_repository(collect)
    collect.add_argument("--dry-run", action="store_true", help="only list what would be removed")
    keep = f"keep what is younger ({gc.GRACE.days} if not given)"
    collect.add_argument("--keep-days", metavar="N", type=number_below(MAX_DAYS), default=gc.GRACE.days, help=keep)

    check = add_verb(verbs, "fsck", _fsck, "check every object, ref and mask, the log and the registry")
    add_repository(check)
    check.add_argument("--repair", action="store_true", help="mend what can be; nothing is deleted")
    add_json(check)


def _gc(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    work = gc.find_garbage if options.dry_run else gc.collect
    with steps() as tell:
        garbage = work(repository, timedelta(options.keep_days), tell)
    if options.dry_run:
        found = (*garbage.snapshots, *garbage.masks)
        print_rows([(one.kind.name.lower(), one.digest, decimal(one.size_bytes)) for one in found])
    print(f"{'would remove' if options.dry_run else 'removed'} {_in_words(garbage)}")


def _in_words(garbage: gc.Garbage) -> str:
    counts = ((len(garbage.snapshots), "snapshot"), (len(garbage.masks), "mask"))
    snapshots, masks = (f"{count} {noun}{'s' if count != 1 else ''}" for count, noun in counts)
    return f"{snapshots} and {masks}, {decimal(garbage.size_bytes)}"


def _fsck(options: argparse.Namespace) -> int:
    found = [*_findings(options.repository), *orphaned_drafts.findings(options.repository)]
    done = [repair(options.repository, finding) if options.repair else None for finding in found]
    if options.repair:
        finish(options.repository)
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
    print(f"{len(found)} problem{'s' if len(found) != 1 else ''}" if found else "all is well")
