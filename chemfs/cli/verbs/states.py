"""init, snapshot, show, export: a repository and the states in it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chemfs.cli.output import print_fields, print_json, steps, time_for_people
from chemfs.cli.verbs.arguments import (
    REVISION,
    UnusableInput,
    Verbs,
    add_json,
    add_repository,
    add_verb,
    given_path,
    name_and_value,
    read_input,
    repository_of,
    target_folder,
)
from chemigram_core import xmp
from chemigram_core.digest import Digest
from chemigram_core.errors import InvalidXmp, Refused, shown
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.masks import png
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.export import export
from chemigram_core.operations.save import save_xmp
from chemigram_core.repository import Repository


class NoSuchImage(Refused):
    """The image of a new repository is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no image {shown(str(path))}; nothing was made")


class OtherImage(Refused):
    """A repository is about another image already."""

    def __init__(self, there: Path) -> None:
        super().__init__(f"the repository has the image {shown(str(there))} already: make another repository")


class GivenTwice(Refused):
    """One mask can't be two pictures, nor told two things of."""

    def __init__(self, name: MaskName) -> None:
        super().__init__(f"the mask {shown(name)} is given twice: give it once")


def add_to(verbs: Verbs) -> None:
    """The verbs."""
    init = add_verb(verbs, "init", _init, "make a repository for one image")
    init.add_argument("repository", metavar="REPO", type=target_folder, help="the repository's folder")
    image = "the image itself: shown in each state, never written"
    init.add_argument("--image", metavar="FILE", type=given_path, help=image)

    snapshot = add_verb(verbs, "snapshot", _snapshot, "save an XMP and its masks on a branch; prints the identifier")
    add_repository(snapshot)
    snapshot.add_argument("xmp", metavar="XMP", type=given_path, help="a file; - is stdin")
    _add_pairs(snapshot, "--mask", "NAME=PNG", "a mask of that name; may be given for each of them")
    _add_pairs(snapshot, "--mask-info", "NAME=JSON", "what is known of a mask, such as its provider and prompt")
    snapshot.add_argument("--branch", metavar="NAME", type=BranchName.parse, help="instead of HEAD's")
    snapshot.add_argument("--label", metavar="TEXT", help="a few words for the log")
    add_json(snapshot)

    show = add_verb(verbs, "show", _show, "what a state is: its masks, its parent, where it stands")
    add_repository(show)
    show.add_argument("rev", metavar="REV", help=REVISION)
    add_json(show)

    export_ = add_verb(verbs, "export", _export, "write a state's files to a folder, without a mount")
    add_repository(export_)
    export_.add_argument("rev", metavar="REV", help=REVISION)
    export_.add_argument("directory", metavar="DIRECTORY", type=target_folder, help="a new or empty folder")


def _add_pairs(parser: argparse.ArgumentParser, option: str, form: str, about: str) -> None:
    parser.add_argument(option, metavar=form, type=name_and_value, action="append", default=[], help=about)


def _init(options: argparse.Namespace) -> None:
    if options.image is not None and not options.image.is_file():
        raise NoSuchImage(options.image)
    repository = Repository.init(options.repository, options.image)
    if options.image is not None and repository.image is not None:
        _require_same(options.image, repository.image.path)
    print(f"repository ready: {options.repository}")


def _require_same(wanted: Path, there: Path) -> None:
    if not wanted.samefile(there):
        raise OtherImage(there)


def _snapshot(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    branch = options.branch or repository.head_branch()
    masks = {name: read_input(Path(file), png.MAX_BYTES) for name, file in _by_mask(options.mask).items()}
    told = {name: Provenance.parse_json(text) for name, text in _by_mask(options.mask_info).items()}
    data = read_input(options.xmp, xmp.MAX_BYTES)
    try:
        saved = save_xmp(repository, branch, data, mask_files=masks, provenance=told, label=options.label)
    except InvalidXmp as error:
        raise UnusableInput(options.xmp, error) from error
    if options.json:
        print_json(_facts(repository, saved.digest))
    else:
        print(saved.digest)


def _by_mask(pairs: Sequence[tuple[str, str]]) -> dict[MaskName, str]:
    found: dict[MaskName, str] = {}
    for text, value in pairs:
        name = MaskName.parse(text)
        if name in found:
            raise GivenTwice(name)
        found[name] = value
    return found


def _show(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    facts = _facts(repository, repository.resolve(options.rev))
    if options.json:
        print_json(facts)
    else:
        print_fields(_for_people(facts))


def _export(options: argparse.Namespace) -> None:
    repository = repository_of(options)
    digest = repository.resolve(options.rev)
    with steps() as tell:
        files = export(repository, digest, options.directory, tell)
    print(f"{len(files)} files of {digest[:12]} in {options.directory}")


def _facts(repository: Repository, digest: Digest) -> dict[str, Any]:
    """A state in the log's own words; what there is no value for is left out."""
    saved = _when_saved(repository, digest)
    masks, registry = repository.state(digest).masks, repository.registry.read()
    facts = {
        "hash": digest,
        "edit": repository.states.edit(digest),
        "timestamp": saved.timestamp if saved else None,
        "ref": saved.ref if saved else None,
        "parent": repository.history.parent(digest),
        "label": repository.history.label(digest),
        "masks": dict(masks),
        "provenance": {name: told for name, mask in masks.items() if (told := registry.provenance(mask).to_json())},
        "refs": _standing_at(repository, digest),
    }
    return {key: value for key, value in facts.items() if value}


def _when_saved(repository: Repository, digest: Digest) -> LogEntry | None:
    """The last save that led to a state; a repository that was not made here may have no line of it."""
    saves = (entry for entry in repository.log.newest_first() if entry.hash == digest and entry.op == SNAPSHOT)
    return next(saves, None)


def _standing_at(repository: Repository, digest: Digest) -> list[str]:
    refs = repository.refs
    return [name.ref for name in (*refs.branches(), *refs.tags()) if refs.read(name) == digest]


def _for_people(facts: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "snapshot": facts["hash"],
        "edit": facts["edit"],
        "saved": f"{time_for_people(facts['timestamp'])} on {facts['ref']}" if "timestamp" in facts else None,
        "label": facts.get("label"),
        "parent": facts.get("parent"),
        "masks": ", ".join(f"{name} {mask[:12]}" for name, mask in facts.get("masks", {}).items()),
        "now at": ", ".join(facts.get("refs", ())),
    }
