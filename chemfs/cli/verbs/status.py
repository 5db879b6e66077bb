"""chemfs status: where HEAD is, and the saves that were rejected."""

from __future__ import annotations

import argparse

from chemfs.cli.arguments import add_json, add_repository
from chemfs.cli.json import print_json
from chemfs.cli.text import print_fields
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.rejected import FOLDER
from chemigram_core.repository import Repository

DESCRIPTION = """Show where HEAD is, how many snapshots no line of the log names, and which saves were rejected and
why."""
EXAMPLE = "chemfs status sunset"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, --json."""
    add_repository(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> None:
    """Print it."""
    repository = Repository(options.repository)
    head = _head(repository)
    rejected = [{"refused": f"{FOLDER}/{save.file_name}", **_reason(save.reason)} for save in repository.rejected.all()]
    unlogged = sum(not repository.history.is_known(digest) for digest in repository.objects.snapshots())
    if options.json:
        print_json({"head": head, "unlogged": unlogged, "rejected": rejected})
    else:
        _print(head, unlogged, rejected)


def _print(head: str, unlogged: int, rejected: list[dict[str, str]]) -> None:
    says = f"{unlogged} (snapshots that no line of the log names; list them with `chemfs fsck`)"
    print_fields({"HEAD": head, "unlogged": says} if unlogged else {"HEAD": head})
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
