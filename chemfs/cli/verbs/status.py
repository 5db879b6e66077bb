"""chemfs status: where HEAD is, what was edited in two places, and the saves that were rejected."""

from __future__ import annotations

import argparse

from chemfs.cli.arguments import add_json, add_repository
from chemfs.cli.json import print_json
from chemfs.cli.text import print_fields
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.rejected import FOLDER
from chemigram_core.repository import Repository
from chemigram_core.scratch import near_misses
from chemigram_core.shoot.last_taken import edited_in_both
from chemigram_core.shoot.source_file import read_sources

DESCRIPTION = """Show where HEAD is, how many snapshots no line of the log names, which sidecars were edited in the
shoot while their branch was edited too, which saves were rejected and why, and which files in branch folders are not
versioned although their names are nearly the sidecar's."""
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
    edited = _edited_in_both(repository)
    near = list(near_misses(repository.root, repository.refs, repository.image))
    if options.json:
        lists = {"edited_in_both": edited, "rejected": rejected, "near_misses": near}
        print_json({"head": head, "unlogged": unlogged, **lists})
    else:
        _print(head, unlogged, [*map(_both_fields, edited), *rejected, *map(_near_fields, near)])


def _print(head: str, unlogged: int, notes: list[dict[str, str]]) -> None:
    says = f"{unlogged} (snapshots that no line of the log names; list them with `chemfs fsck`)"
    print_fields({"HEAD": head, "unlogged": says} if unlogged else {"HEAD": head})
    for note in notes:
        print()
        print_fields(note)


def _edited_in_both(repository: Repository) -> list[dict[str, str]]:
    """The sidecars whose edit was put over another one of the branch. Reads the log only if there may be any."""
    sources = read_sources(repository.root)
    found = {name: edited_in_both(repository, name, source) for name, source in sources.items()}
    return [
        {"source": name, "ref": taken.branch.ref, "hash": taken.hash, "over": taken.over or ""}
        for name, taken in found.items()
        if taken is not None
    ]


def _both_fields(edited: dict[str, str]) -> dict[str, str]:
    """The same for people."""
    return {
        "edited in both places": edited["source"],
        "now": f"{edited['ref']} {edited['hash']}",
        "before": f"{edited['over']}, which was saved by another way",
    }


def _near_fields(path: str) -> dict[str, str]:
    return {"not versioned": path, "why": "only image.xmp and the image's full name with .xmp are the sidecar"}


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
