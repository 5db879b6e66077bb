"""chemfs tag: list, create and delete tags; in a library, tag many images at once."""

from __future__ import annotations

import argparse

from chemfs.cli.arguments import add_trust, given
from chemfs.cli.errors import WrongUsage
from chemfs.cli.ref_arguments import add_name_and_revision, print_refs, require_name_alone
from chemfs.cli.targets import targets_at
from chemigram_core.names import TagName
from chemigram_core.repository import Repository

DESCRIPTION = """List, create or delete tags. Without NAME, list the tags. With NAME, tag the state REV; a tag never
moves. In a library, tag that state of each image, or
of none if one of them has the tag at another state."""
EXAMPLE = "chemfs tag sunset v1_export"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO [NAME [REV]], --only, --delete, --json, --trust."""
    add_name_and_revision(parser, TagName, "tag to create or delete", "state to tag", takes_library=True)
    only = "tag only the images of a library whose name or path matches, such as 'DSC_00*'"
    parser.add_argument("--only", metavar="PATTERN", type=given, help=only)
    parser.add_argument("--delete", action="store_true", help="delete the tag; gc may remove its snapshot later")
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    """List or change them. Raises WrongUsage, RefExists, RefMissing, RefConflict, UnknownRevision, NoState."""
    found = targets_at(options.repository)
    if options.delete:
        require_name_alone(options)
    if found.is_library:
        from chemfs.cli import library_tags

        return library_tags.run(found, options)
    repository = Repository(options.repository)
    if options.only is not None:
        raise WrongUsage("--only needs a library, and this is one repository")
    if options.name is None:
        print_refs(repository, repository.refs.tags(), as_json=options.json)
    else:
        _change(repository, options)
    return 0


def _change(repository: Repository, options: argparse.Namespace) -> None:
    from chemigram_core.operations.refs import create_tag, delete_tag

    if options.delete:
        delete_tag(repository, options.name)
    else:
        create_tag(repository, options.name, options.rev or "HEAD")
