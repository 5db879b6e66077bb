"""chemfs branch: list, create, rename and delete branches."""

from __future__ import annotations

import argparse

from chemfs.cli.arguments import add_trust
from chemfs.cli.ref_arguments import add_name_and_revision, print_refs, require_name_alone
from chemigram_core.names import BranchName
from chemigram_core.repository import Repository

DESCRIPTION = """List, create, rename or delete branches. Without NAME, list the branches; * marks the one that HEAD is
on. With NAME, create a branch at REV."""
EXAMPLE = "chemfs branch sunset warmer v1_export"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO [NAME [REV]], --delete, --rename, --json, --trust."""
    add_name_and_revision(parser, BranchName, "branch to create, rename or delete", "state to start it at")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--delete", action="store_true", help="delete the branch; gc removes its snapshots later")
    change.add_argument("--rename", metavar="NEW", type=BranchName, help="rename the branch to NEW")
    add_trust(parser)


def run(options: argparse.Namespace) -> None:
    """List or change them. Raises WrongUsage, RefExists, RefMissing, RefConflict, BranchInUse, UnknownRevision."""
    repository = Repository(options.repository)
    if options.delete or options.rename:
        require_name_alone(options)
    if options.name is None:
        print_refs(repository, repository.refs.branches(), as_json=options.json)
    else:
        _change(repository, options)


def _change(repository: Repository, options: argparse.Namespace) -> None:
    from chemigram_core.operations.refs import create_branch, delete_branch, rename_branch

    if options.delete:
        delete_branch(repository, options.name)
    elif options.rename:
        rename_branch(repository, options.name, options.rename)
    else:
        create_branch(repository, options.name, options.rev or "HEAD")
