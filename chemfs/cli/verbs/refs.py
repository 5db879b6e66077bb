"""branch, tag, checkout: names for states, and where HEAD stands."""

from __future__ import annotations

import argparse

from chemfs.cli.output import print_json, print_rows
from chemfs.cli.verbs.arguments import REVISION, Verbs, add_json, add_repository, add_verb, given, repository_of
from chemigram_core.names import BranchName, RefName, TagName
from chemigram_core.operations.refs import checkout, create_branch, create_tag, delete_branch, delete_tag, rename_branch
from chemigram_core.refs.head import Detached, OnBranch
from chemigram_core.refs.revision import checkout_target
from chemigram_core.repository import Repository


def add_to(verbs: Verbs) -> None:
    """The verbs."""
    branch = add_verb(verbs, "branch", _branch, "list branches, start one, rename or delete one")
    _add_name_and_rev(branch, BranchName)
    change = branch.add_mutually_exclusive_group()
    change.add_argument("--delete", action="store_true", help="delete it; its snapshots stay until gc")
    change.add_argument("--rename", metavar="NEW", type=BranchName, help="give it another name")

    tag = add_verb(verbs, "tag", _tag, "list tags, give a state one that never moves, or delete one")
    _add_name_and_rev(tag, TagName)
    tag.add_argument("--delete", action="store_true", help="delete it; its snapshot stays until gc")

    verb = add_verb(verbs, "checkout", _checkout, "move HEAD to a branch, or to a state")
    add_repository(verb)
    verb.add_argument("rev", metavar="REV", help=REVISION)


def _add_name_and_rev(parser: argparse.ArgumentParser, kind: type[RefName]) -> None:
    add_repository(parser)
    parser.add_argument("name", metavar="NAME", type=kind, nargs="?")
    parser.add_argument("rev", metavar="REV", type=given, nargs="?", help="its state; HEAD if not given")
    add_json(parser)
    parser.set_defaults(parser=parser)


def _branch(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    if options.delete or options.rename:
        _require_name_alone(options)
    if options.name is None:
        _list(repository, repository.refs.branches(), options)
    elif options.delete:
        delete_branch(repository, options.name)
    elif options.rename:
        rename_branch(repository, options.name, options.rename)
    else:
        create_branch(repository, options.name, options.rev or "HEAD")


def _tag(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    if options.delete:
        _require_name_alone(options)
    if options.name is None:
        _list(repository, repository.refs.tags(), options)
    elif options.delete:
        delete_tag(repository, options.name)
    else:
        create_tag(repository, options.name, options.rev or "HEAD")


def _checkout(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    head = checkout_target(options.rev, repository.refs, repository.objects)
    checkout(repository, head)
    match head:
        case OnBranch(branch):
            print(f"HEAD is on branch {branch}")
        case Detached(digest):
            print(f"HEAD is on snapshot {digest[:12]}, on no branch")


def _require_name_alone(options: argparse.Namespace) -> None:
    if options.name is None:
        options.parser.error("NAME is missing")
    if options.rev is not None:
        options.parser.error("one NAME at a time, and no REV")


def _list(repository: Repository, names: list[BranchName] | list[TagName], options: argparse.Namespace) -> None:
    head = repository.refs.head()
    found = [(name, repository.tip(name), OnBranch(BranchName(name)) == head) for name in names]
    if options.json:
        print_json([{"ref": name.ref, "hash": digest, "head": at_head} for name, digest, at_head in found])
    else:
        print_rows([("*" if at_head else " ", name, digest[:12]) for name, digest, at_head in found])
