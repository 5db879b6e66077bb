"""chemfs diff: show what changed between two states, folders, zips or files."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chemfs.cli.arguments import REVISION, given
from chemfs.cli.errors import WrongUsage
from chemfs.cli.input_files import readable
from chemfs.cli.text import json_escaped, wrapped

if TYPE_CHECKING:
    from chemigram_core.compare import Changeset

DESCRIPTION = """Show what changed from one state to another, in a photographer's words: the modules of the edit, the
metadata, the masks."""
EXAMPLE = "chemfs diff sunset v1_export main"
USAGE = """chemfs diff REPO A B [--json | --markdown]
       chemfs diff --no-repo LEFT RIGHT [--json | --markdown]"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REPO A B or --no-repo LEFT RIGHT; --json, --markdown."""
    parser.usage = USAGE
    operands = f"a repository and two states of it, each a {REVISION}"
    parser.add_argument("operands", metavar="REPO A B", nargs="*", type=given, help=operands)
    parser.add_argument("--no-repo", action="store_true", help="compare two folders, zips or files on disk instead")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, for programs")
    form.add_argument("--markdown", action="store_true", help="print Markdown")


def run(options: argparse.Namespace) -> None:
    """Print it. Raises WrongUsage, UnknownRevision, UnreadableInput, Incomparable."""
    from chemigram_core import compare

    render = compare.as_json if options.json else compare.as_markdown if options.markdown else compare.as_text
    text = render(_changeset(options))
    if render is compare.as_text and sys.stdout.isatty():
        text = wrapped(text, shutil.get_terminal_size().columns)
    print(json_escaped(text) if options.json else text, end="")


def _changeset(options: argparse.Namespace) -> Changeset:
    if len(options.operands) != (2 if options.no_repo else 3):
        raise WrongUsage("expected REPO A B, or --no-repo LEFT RIGHT")
    return _of_paths(*options.operands) if options.no_repo else _of_states(*options.operands)


def _of_paths(left: str, right: str) -> Changeset:
    from chemigram_core.compare import compare_paths

    return compare_paths(readable(Path(left)), readable(Path(right)))


def _of_states(root: str, left: str, right: str) -> Changeset:
    from chemigram_core.compare import StoredStates, compare_states
    from chemigram_core.repository import Repository

    repository = Repository(Path(root))
    states = StoredStates(repository)
    return compare_states(states, repository.resolve(left), repository.resolve(right), (left, right))
