"""Common to `branch` and `tag`: the arguments REPO, NAME and REV, and the list of names."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from chemfs.cli.arguments import add_json, add_place, add_repository, given
from chemfs.cli.errors import WrongUsage
from chemfs.cli.streams import print_error
from chemfs.cli.text import print_rows
from chemigram_core.names import BranchName, TagName
from chemigram_core.refs.head import OnBranch
from chemigram_core.repository import Repository

Name = BranchName | TagName


def add_name_and_revision(
    parser: argparse.ArgumentParser, kind: type[Name], name_help: str, rev_help: str, *, takes_library: bool = False
) -> None:
    """REPO [NAME [REV]], --json."""
    (add_place if takes_library else add_repository)(parser)
    parser.add_argument("name", metavar="NAME", type=kind, nargs="?", help=name_help)
    parser.add_argument("rev", metavar="REV", type=given, nargs="?", help=f"{rev_help} (default: HEAD)")
    add_json(parser)


def require_name_alone(options: argparse.Namespace) -> None:
    """Raises WrongUsage. Two names mean two changes; with a REV for the second, only one would be made."""
    if options.name is None:
        raise WrongUsage("NAME is missing")
    if options.rev is not None:
        raise WrongUsage("only one NAME at a time, and no REV")


def warn_of_aliens(repository: Repository, place: str = "") -> None:
    """One line on stderr for each file of another program among the refs; `place` names one repository of several."""
    for path in repository.refs.aliens():
        print_error(f"warning: ignored {place and f'{place}/'}{path}, which is another program's file; move it away")


def print_refs(repository: Repository, names: Sequence[Name], *, as_json: bool) -> None:
    """Each name with its snapshot; HEAD's branch is marked."""
    head = repository.refs.head()
    tips = ((name, repository.refs.read(name)) for name in names)
    found = [(name, tip, OnBranch(BranchName(name)) == head) for name, tip in tips if tip is not None]
    warn_of_aliens(repository)
    if as_json:
        from chemfs.cli.json import print_json

        print_json([{"ref": name.ref, "hash": digest, "head": at_head} for name, digest, at_head in found])
    else:
        print_rows([("*" if at_head else " ", name, digest[:12]) for name, digest, at_head in found])
