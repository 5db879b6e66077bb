"""diff: what changed between two states, or between folders, zips and files."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chemfs.cli.output import wrapped
from chemfs.cli.verbs.arguments import REVISION, Verbs, add_verb, given, readable
from chemigram_core.repository import Repository

if TYPE_CHECKING:
    from chemigram_core.compare import Changeset

USAGE = """chemfs diff REPO A B [--json | --markdown]
       chemfs diff --no-repo LEFT RIGHT [--json | --markdown]"""


def add_to(verbs: Verbs) -> None:
    """The verb."""
    diff = add_verb(verbs, "diff", _diff, "what changed from one state to another, in a photographer's words")
    diff.usage = USAGE
    diff.add_argument("operands", nargs="*", type=given, help=f"a repository and two states, each {REVISION}")
    diff.add_argument("--no-repo", action="store_true", help="compare two folders, zips or files on disk instead")
    form = diff.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for programs")
    form.add_argument("--markdown", action="store_true", help="for a page")
    diff.set_defaults(parser=diff)


def _diff(options: argparse.Namespace) -> None:
    from chemigram_core import compare

    render = compare.as_json if options.json else compare.as_markdown if options.markdown else compare.as_text
    text = render(_changeset(options))
    if render is compare.as_text and sys.stdout.isatty():
        text = wrapped(text, shutil.get_terminal_size().columns)
    print(text, end="")


def _changeset(options: argparse.Namespace) -> Changeset:
    if len(options.operands) != (2 if options.no_repo else 3):
        options.parser.error("two things to compare are needed, after REPO unless --no-repo is given")
    from chemigram_core.compare import StoredStates, compare_paths, compare_states

    *repo, left, right = options.operands
    if options.no_repo:
        return compare_paths(readable(Path(left)), readable(Path(right)))
    repository = Repository(Path(*repo))
    states = StoredStates(repository)
    return compare_states(states, repository.resolve(left), repository.resolve(right), (left, right))
