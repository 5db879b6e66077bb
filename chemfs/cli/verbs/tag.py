"""chemfs tag: tags, listed or changed."""

from __future__ import annotations

import argparse

from chemfs.cli.ref_arguments import add_name_and_revision, print_refs, require_name_alone
from chemigram_core.names import TagName
from chemigram_core.repository import Repository

DESCRIPTION = (
    "List, create or delete tags. Without NAME, list the tags. With NAME, tag the state REV; a tag never moves."
)
EXAMPLE = "chemfs tag sunset v1_export"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO [NAME [REV]], --delete, --json."""
    add_name_and_revision(parser, TagName, "tag to create or delete", "state to tag")
    parser.add_argument("--delete", action="store_true", help="delete the tag; gc may remove its snapshot later")


def run(options: argparse.Namespace) -> None:
    """List or change them. Raises WrongUsage, RefExists, RefMissing, RefConflict, UnknownRevision, NoState."""
    repository = Repository(options.repository)
    if options.delete:
        require_name_alone(options)
    if options.name is None:
        print_refs(repository, repository.refs.tags(), as_json=options.json)
    else:
        _change(repository, options)


def _change(repository: Repository, options: argparse.Namespace) -> None:
    from chemigram_core.operations.refs import create_tag, delete_tag

    if options.delete:
        delete_tag(repository, options.name)
    else:
        create_tag(repository, options.name, options.rev or "HEAD")
