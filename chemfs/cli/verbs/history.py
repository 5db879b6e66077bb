"""log, status: what was done to a repository, and how it stands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice

from chemfs.cli.output import print_fields, print_json, print_rows, time_for_people
from chemfs.cli.verbs.arguments import Verbs, add_json, add_repository, add_verb, number_below, repository_of
from chemigram_core.errors import RefMissing
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import RENAME
from chemigram_core.names import BranchName
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.rejected import FOLDER
from chemigram_core.repository import Repository

MAX_LINES = 1_000_000_000  # more than any log has


def add_to(verbs: Verbs) -> None:
    """The verbs."""
    log = add_verb(verbs, "log", _log, "what was done, the newest first")
    add_repository(log)
    log.add_argument("--branch", metavar="NAME", type=BranchName, help="only what happened on that branch")
    log.add_argument("-n", dest="count", metavar="N", type=number_below(MAX_LINES), help="at most that many")
    add_json(log)

    status = add_verb(verbs, "status", _status, "where HEAD is, and which saves were refused and why")
    add_repository(status)
    add_json(status)


def _log(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    wanted = repository.log.newest_first() if options.branch is None else _of_branch(repository, options.branch)
    if sys.stdout.isatty() and not options.json:
        from chemfs.cli.verbs.drawn_log import draw

        draw(repository, wanted, options.count)
        return
    entries = list(islice(wanted, options.count))
    if options.json:
        print_json([entry.to_json() for entry in entries])
    else:
        print_rows([_row(entry) for entry in entries])


def _of_branch(repository: Repository, branch: BranchName) -> Iterator[LogEntry]:
    """What happened on a branch, the newest first. Raises RefMissing in the end where nothing ever did."""
    ref, found = branch.ref, False
    for entry in repository.log.newest_first():
        if entry.ref == ref:
            yield entry
            found = True
            if entry.op == RENAME:
                ref = str(entry.metadata.get("from"))  # what came before happened under the old name
    if not found and repository.refs.head() != OnBranch(branch):
        raise RefMissing(branch.ref)


def _row(entry: LogEntry) -> tuple[str, ...]:
    ref = (entry.ref or "").removeprefix("refs/")
    return time_for_people(entry.timestamp), (entry.hash or "")[:12], entry.op, ref, _remarks(entry)


def _remarks(entry: LogEntry) -> str:
    label = f'"{entry.label}"' if entry.label else ""
    masks = f"masks: {', '.join(entry.masks)}" if entry.masks else ""
    details = ", ".join(f"{key}: {_in_words(value)}" for key, value in entry.metadata.items())
    return "  ".join(filter(None, (label, details, masks)))


def _in_words(value: object) -> str:
    """A value of a line's metadata; of what is told of masks only the names."""
    return ", ".join(value) if isinstance(value, dict) else str(value)


def _status(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    rejected = [{"refused": f"{FOLDER}/{save.file_name}", **_reason(save.reason)} for save in repository.rejected.all()]
    if options.json:
        print_json({"head": _head(repository), "rejected": rejected})
    else:
        print_fields({"HEAD": _head(repository)})
        for save in rejected:
            print()
            print_fields(save)


def _reason(page: str) -> dict[str, str]:
    """A reason page's fields: when, where, why."""
    lines = (line.partition(":") for line in page.splitlines())
    return {name: value.strip() for name, colon, value in lines if colon}


def _head(repository: Repository) -> str:
    match repository.refs.head():
        case OnBranch(branch):
            tip = repository.refs.read(branch)
            return f"{branch.ref} {tip or '(no snapshot yet)'}"
        case Detached(digest):
            return digest
