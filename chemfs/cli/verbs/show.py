"""chemfs show: show one state."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from chemfs.cli.arguments import add_json, add_repository, add_revision
from chemfs.cli.json import print_json
from chemfs.cli.state_fields import state_fields
from chemfs.cli.text import local_time, print_fields
from chemigram_core.image.location import image_problem
from chemigram_core.repository import Repository

DESCRIPTION = """Show one state: its identifier, edit, parent, label and masks, the branches and tags that point at it,
and where its image is."""
EXAMPLE = "chemfs show sunset v1_export"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, REV, --json."""
    add_repository(parser)
    add_revision(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> None:
    """Print it. Raises UnknownRevision, AmbiguousRevision, NoState."""
    repository = Repository(options.repository)
    fields = state_fields(repository, repository.resolve(options.rev)) | _image_fields(repository)
    if options.json:
        print_json(fields)
    else:
        print_fields(_for_people(fields))


def _image_fields(repository: Repository) -> dict[str, str]:
    """Where the image is, and why it can't be read."""
    if (image := repository.image) is None:
        return {}
    problem = image_problem(image)
    return {"image": image.place} | ({} if problem is None else {"image_problem": problem.reason})


def _for_people(fields: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "snapshot": fields["hash"],
        "edit": fields["edit"],
        "saved": f"{local_time(fields['timestamp'])} on {fields['ref']}" if "timestamp" in fields else None,
        "label": fields.get("label"),
        "parent": fields.get("parent"),
        "masks": ", ".join(f"{name} {mask[:12]}" for name, mask in fields.get("masks", {}).items()),
        "now at": ", ".join(fields.get("refs", ())),
        "image": fields.get("image"),
        "missing": fields.get("image_problem"),
    }
