"""chemfs restore: restore a state on a branch, and in a sidecar."""

from __future__ import annotations

import argparse
from pathlib import Path

from chemfs.cli.arguments import add_repository, add_revision, add_trust, given_path
from chemfs.cli.errors import WrongUsage
from chemigram_core.digest import Digest
from chemigram_core.names import BranchName
from chemigram_core.operations.restore import restore
from chemigram_core.operations.save import Outcome, Saved
from chemigram_core.repository import Repository

DESCRIPTION = """Restore a state, masks included, as the next one of a branch. With --to, write it into a sidecar beside
the photograph as well, and save the edit that is in the sidecar first. Nothing is lost: what came after the state stays
in the log."""
EXAMPLE = "chemfs restore sunset v1 --to photos/sunset.tif.xmp"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, REV, --branch, --to, --trust."""
    add_repository(parser)
    add_revision(parser)
    branch = "branch to restore on, created if missing (default: the branch that HEAD is on)"
    parser.add_argument("--branch", metavar="NAME", type=BranchName, help=branch)
    to = "sidecar of the image to write the state into; restores on the branch of that sidecar"
    parser.add_argument("--to", metavar="FILE", type=given_path, help=to)
    add_trust(parser)


def run(options: argparse.Namespace) -> None:
    """Restore it. Raises WrongUsage, UnknownRevision, AmbiguousRevision, NoState, NotItsSidecar, ObjectMissing."""
    if options.to is not None and options.branch is not None:
        raise WrongUsage("--branch and --to can't be combined: a sidecar has its own branch")
    repository = Repository(options.repository)
    state = repository.resolve(options.rev)
    if options.to is None:
        branch = options.branch or repository.head_branch()
        print(_said(branch, restore(repository, branch, state)))
    else:
        _restore_to(repository, state, options.to)


def _restore_to(repository: Repository, state: Digest, path: Path) -> None:
    from chemigram_core.shoot.restore import restore_to

    restored = restore_to(repository, state, path)
    if restored.kept is not None:
        print(f"{path} was not a valid XMP; its bytes are kept as rejected/{restored.kept.file_name}")
    print(_said(restored.branch, restored.outcome))
    print(f"{path} has snapshot {state[:12]}")


def _said(branch: BranchName, outcome: Outcome) -> str:
    at = f"snapshot {outcome.digest[:12]}"
    return (
        f"branch {branch} is at {at}"
        if isinstance(outcome, Saved)
        else f"branch {branch} already has that edit, in {at}"
    )
