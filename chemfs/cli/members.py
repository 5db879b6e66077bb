"""Runs a verb on one repository, or on each repository of a library. Knows no verb."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chemfs.cli.failure import failure
from chemfs.cli.progress import progress
from chemfs.cli.streams import print_error
from chemigram_core.errors import ChemigramError
from chemigram_core.folder_kind import is_library
from chemigram_core.library.members import Member, members

ALONE = ""  # the path of a repository that was given directly


@dataclass(frozen=True, slots=True)
class Named:
    """What a command works on: a library with its repositories, or one repository or what should be one."""

    members: list[Member]
    is_library: bool

    def key(self, member: Member) -> dict[str, Any]:
        """The key that names a repository in JSON."""
        return {"repository": member.path} if self.is_library else {}

    def column(self, member: Member) -> tuple[str, ...]:
        """The first cell of each row of a repository."""
        return (member.path,) if self.is_library else ()

    def in_words(self) -> str:
        """The number of repositories, with the noun."""
        return f"{len(self.members)} repositor{'y' if len(self.members) == 1 else 'ies'}"


def named(place: Path) -> Named:
    """What is at `place`; a folder that is not a library is assumed to be a repository."""
    if is_library(place):
        return Named(members(place), is_library=True)
    return Named([Member(ALONE, place)], is_library=False)


def each(found: Named, work: Callable[[Member], int | None], task: str, *, prints: bool = False) -> int:
    """Call `work` for each repository, and return the worst exit code. `prints` says whether each prints something.

    In a library, an error in one repository is printed with its path, and the others go on. For one repository
    alone, it is raised.
    """
    if not found.is_library:
        return work(found.members[0]) or 0
    code = 0
    for member in progress(found.members, task, prints=prints):
        try:
            if member.error is not None:
                raise member.error
            code = max(code, work(member) or 0)
        except BrokenPipeError:
            raise
        except (ChemigramError, OSError) as error:
            message, worse = failure(error)
            sys.stdout.flush()
            print_error(f"{member.path}: {message}")
            code = max(code, worse)
    return code
