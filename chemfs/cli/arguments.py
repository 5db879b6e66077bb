"""Arguments that several verbs share, and the types of arguments. Knows no verb."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from chemfs.cli.errors import TargetNotAFolder
from chemigram_core.errors import shown

REVISION = "branch, tag, HEAD or identifier (its first 7 digits are enough)"


def add_repository(parser: argparse.ArgumentParser) -> None:
    """The argument REPO."""
    parser.add_argument("repository", metavar="REPO", type=given_path, help="folder of the repository")


def add_place(parser: argparse.ArgumentParser) -> None:
    """The argument REPO of a verb that also takes a library."""
    about = "folder of the repository, or a library or a folder of one"
    parser.add_argument("repository", metavar="REPO", type=given_path, help=about)


def add_revision(parser: argparse.ArgumentParser) -> None:
    """The argument REV."""
    parser.add_argument("rev", metavar="REV", help=REVISION)


def add_trust(parser: argparse.ArgumentParser) -> None:
    """The option --trust."""
    about = "allow this command to write to another user's repository or library"
    parser.add_argument("--trust", action="store_true", help=about)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option --json."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def given(text: str) -> str:
    """Text that is not empty. An empty path comes from an unset variable, and would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def given_path(text: str) -> Path:
    """A path that is not empty."""
    return Path(given(text))


def target_folder(text: str) -> Path:
    """A folder to write to, which exists or can be created. Raises TargetNotAFolder, OSError."""
    path = given_path(text)
    present = next(filter(os.path.lexists, (path, *path.parents)), path)
    if not present.is_dir():
        raise TargetNotAFolder(present)
    return path


def number_below(limit: int) -> Callable[[str], int]:
    """A parser of numbers from 0 to `limit` - 1."""
    return number_between(0, limit - 1)


def number_between(least: int, most: int) -> Callable[[str], int]:
    """A parser of numbers from `least` to `most`."""

    def parse(text: str) -> int:
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"not a number from {least} to {most}: {shown(text)}")
        return int(text)

    return parse


def name_and_value(text: str) -> tuple[str, str]:
    """The two sides of `NAME=VALUE`."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"not NAME=VALUE: {shown(text)}")
    return name, value
