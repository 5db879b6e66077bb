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
from chemfs.cli.text import counted
from chemigram_core.errors import ChemigramError
from chemigram_core.folder_kind import is_library
from chemigram_core.library.members import Member, members

ALONE = ""  # the path of a repository that was given directly


@dataclass(frozen=True, slots=True)
class Targets:
    """The repositories that a command works on: those of a library, or a single one."""

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
        return counted(len(self.members), "repository", "repositories")


def targets_at(place: Path) -> Targets:
    """The repositories at `place`; a folder that is not a library is assumed to be a repository."""
    if is_library(place):
        return Targets(members(place), is_library=True)
    return Targets([Member(ALONE, place)], is_library=False)


def for_each(found: Targets, work: Callable[[Member], int | None], task: str, *, prints: bool = False) -> int:
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
