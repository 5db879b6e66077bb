"""What the arguments of several verbs have in common: the repository, a file to read, `NAME=VALUE`. Knows no verb."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TypeAlias

from chemigram_core.errors import Refused, shown
from chemigram_core.repository import Repository

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace], int | None]
STDIN = Path("-")
REVISION = "a branch, a tag, HEAD, an identifier or its first digits"


class UnreadableInput(Refused):
    """A file that was named can't be read."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"can't read {shown(str(path))}: {error.strerror}")


class UnusableInput(Refused):
    """A file that was named is not what is needed."""

    def __init__(self, path: Path, error: Refused) -> None:
        super().__init__(f"{path}: {error}")


class NoFolder(Refused):
    """Something else is where a folder is to be written to."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{shown(str(path))} is there and is no folder: name another place")


def add_verb(verbs: Verbs, name: str, run: Run, summary: str) -> argparse.ArgumentParser:
    """A verb; its first sentence is its help."""
    parser = verbs.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    return parser


def add_repository(parser: argparse.ArgumentParser) -> None:
    """The argument REPO; `repository_of` opens it."""
    parser.add_argument("repository", metavar="REPO", type=given_path, help="the repository's folder")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option --json."""
    parser.add_argument("--json", action="store_true", help="for programs")


def repository_of(options: argparse.Namespace) -> Repository:
    """The repository that was named. Raises NotARepository."""
    return Repository(options.repository)


def read_input(path: Path, most_bytes: int) -> bytes:
    """The bytes of a file that was named, or of stdin for `-`; of a larger one so many that it is seen to be larger.

    Raises UnreadableInput.
    """
    try:
        with nullcontext(sys.stdin.buffer) if path == STDIN else path.open("rb") as file:
            return file.read(most_bytes + 1)
    except OSError as error:
        raise UnreadableInput(path, error) from error


def given(text: str) -> str:
    """A text; not an empty one, which as a path would be the current folder, and comes of a variable that isn't set."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty")
    return text


def given_path(text: str) -> Path:
    """A path that is not empty."""
    return Path(given(text))


def readable(path: Path) -> Path:
    """A file or folder that was named and can be read. Raises UnreadableInput."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))  # waits for no writer of a pipe
    except OSError as error:
        raise UnreadableInput(path, error) from error
    return path


def target_folder(text: str) -> Path:
    """A folder to write to, which is there or can be made. Raises NoFolder, OSError."""
    path = given_path(text)
    there = next(filter(os.path.lexists, (path, *path.parents)), path)
    if not there.is_dir():
        raise NoFolder(there)
    return path


def number_below(limit: int) -> Callable[[str], int]:
    """What reads a number from 0 to `limit` - 1."""

    def parse(text: str) -> int:
        if not text.isdecimal() or len(text) > len(str(limit)) or int(text) >= limit:
            raise argparse.ArgumentTypeError(f"{shown(text)} is no number from 0 to {limit - 1}")
        return int(text)

    return parse


def name_and_value(text: str) -> tuple[str, str]:
    """`NAME=VALUE` apart."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{shown(text)} is not NAME=VALUE")
    return name, value
