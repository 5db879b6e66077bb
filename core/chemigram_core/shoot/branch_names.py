"""The branch of a duplicate: named after its version name in darktable, or else its number. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from chemigram_core.errors import InvalidName
from chemigram_core.names import BranchName, folded

_MAX_BYTES = 150  # of a version name in a branch name: room for a number, and for a suffix in file names


def branch_for(version_name: str, number: int, is_free: Callable[[BranchName], bool]) -> BranchName:
    """The first free name of: the version name, the same with the number, `version-NN`, the same with more numbers."""
    return next(branch for text in _candidates(version_name, number) if (branch := _valid(text)) and is_free(branch))


def clashes(branch: BranchName, other: BranchName) -> bool:
    """Whether two branches can't exist beside each other: equal but for case, or one inside the other."""
    one, two = f"{folded(branch)}/", f"{folded(other)}/"
    return one.startswith(two) or two.startswith(one)


def _candidates(version_name: str, number: int) -> Iterator[str]:
    if name := _with_dashes(version_name):
        yield name
        yield f"{name}-{number:02d}"
    name = f"version-{number:02d}"
    while True:
        yield name
        name += f"-{number:02d}"


def _with_dashes(version_name: str) -> str:
    """The name with a dash for each character that a branch name can't have, cut to a length that it may have."""
    spaced = " ".join(version_name.split())
    dashed = "".join(character if _is_allowed(character) else "-" for character in spaced)
    safe = re.sub(r"\.(?=\.)|@(?=\{)|\.(?=lock$)", "-", dashed, flags=re.IGNORECASE)
    cut = safe.encode("utf-8", "surrogatepass")[:_MAX_BYTES].decode("utf-8", "ignore")
    return cut.lstrip(".-").rstrip(". ")


@lru_cache(maxsize=1_000)
def _is_allowed(character: str) -> bool:
    """Whether the rules for names allow a character inside a part of one."""
    return character != "/" and _valid(f"x{character}x") is not None


def _valid(text: str) -> BranchName | None:
    try:
        return BranchName(text)
    except InvalidName:
        return None
