"""chemfs snapshot: save an XMP and its masks on a branch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from chemfs.cli.arguments import add_json, add_repository, add_trust, given_path, name_and_value
from chemfs.cli.errors import GivenTwice, UnusableInput
from chemfs.cli.input_files import read_input
from chemfs.cli.json import print_json
from chemfs.cli.state_fields import state_fields
from chemfs.cli.streams import print_error
from chemigram_core import xmp
from chemigram_core.errors import InvalidXmp
from chemigram_core.masks import png
from chemigram_core.masks.provenance import Provenance
from chemigram_core.names import BranchName, MaskName
from chemigram_core.operations.save import Outcome, save_xmp
from chemigram_core.operations.save_plan import MISSING_MASKS
from chemigram_core.repository import Repository

DESCRIPTION = """Save an XMP and its masks on a branch, and print the identifier of the snapshot. Saving the edit that
the branch already has creates no new snapshot."""
EXAMPLE = "chemfs snapshot sunset sunset.tif.xmp --mask sky=sky.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO, XMP, --mask, --mask-info, --branch, --label, --json, --trust."""
    add_repository(parser)
    parser.add_argument("xmp", metavar="XMP", type=given_path, help="XMP file to save, or - for standard input")
    _add_pairs(parser, "--mask", "NAME=PNG", "save a PNG file as mask NAME; may be repeated")
    _add_pairs(parser, "--mask-info", "NAME=JSON", "record where mask NAME came from, such as provider and prompt")
    branch = "branch to save on, created if missing (default: the branch that HEAD is on)"
    parser.add_argument("--branch", metavar="NAME", type=BranchName, help=branch)
    parser.add_argument("--label", metavar="TEXT", help="short description for the log")
    add_json(parser)
    add_trust(parser)


def run(options: argparse.Namespace) -> None:
    """Save it. Raises UnreadableInput, UnusableInput, GivenTwice."""
    repository = Repository(options.repository)
    outcome = _save(repository, options)
    if options.json:
        print_json({**state_fields(repository, outcome.digest), MISSING_MASKS: dict(outcome.missing_masks)})
    else:
        print(outcome.digest)
    if outcome.missing_masks:
        print_error(_left_out(sorted(outcome.missing_masks)))


def _left_out(names: Sequence[str]) -> str:
    return (
        f"the XMP names masks that are not in this repository: {', '.join(names)}; its list was ignored and the masks "
        "of the branch kept. To add them, repeat with --mask NAME=PNG for each"
    )


def _save(repository: Repository, options: argparse.Namespace) -> Outcome:
    branch = options.branch or repository.head_branch()
    masks = {name: read_input(Path(file), png.MAX_BYTES) for name, file in _by_mask(options.mask).items()}
    provenance = {name: Provenance.parse_json(text) for name, text in _by_mask(options.mask_info).items()}
    data = read_input(options.xmp, xmp.MAX_BYTES)
    try:
        return save_xmp(repository, branch, data, mask_files=masks, provenance=provenance, label=options.label)
    except InvalidXmp as error:
        raise UnusableInput(options.xmp, error) from error


def _add_pairs(parser: argparse.ArgumentParser, option: str, form: str, about: str) -> None:
    parser.add_argument(option, metavar=form, type=name_and_value, action="append", default=[], help=about)


def _by_mask(pairs: Sequence[tuple[str, str]]) -> dict[MaskName, str]:
    found: dict[MaskName, str] = {}
    for text, value in pairs:
        name = MaskName(text)
        if name in found:
            raise GivenTwice(name)
        found[name] = value
    return found
