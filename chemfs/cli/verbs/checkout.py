"""chemfs checkout: switch HEAD to a branch or a state."""

from __future__ import annotations

import argparse

from chemfs.cli.arguments import add_repository, add_revision, add_trust
from chemigram_core.operations.refs import checkout
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.refs.revision import checkout_target
from chemigram_core.repository import Repository

DESCRIPTION = """Switch HEAD to a branch or to a state. The repository's masks/ folder and mask registry are updated to
match."""
EXAMPLE = "chemfs checkout sunset warmer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, REV, --trust."""
    add_repository(parser)
    add_revision(parser)
    add_trust(parser)


def run(options: argparse.Namespace) -> None:
    """Move it. Raises UnknownRevision, AmbiguousRevision, NoState, RegistryDamaged."""
    repository = Repository(options.repository)
    head = checkout_target(options.rev, repository.refs, repository.objects)
    checkout(repository, head)
    match head:
        case OnBranch(branch):
            print(f"HEAD is on branch {branch}")
        case Detached(digest):
            print(f"HEAD is at snapshot {digest[:12]}, not on a branch")
