"""The problems that a repository can have. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from chemigram_core.digest import Digest


class Problem(Enum):
    """Kinds of problems; the value is the word for programs."""

    LOCK_UNUSABLE = "lock-unusable"
    FOLDER_MISSING = "folder-missing"
    OBJECT_DAMAGED = "object-damaged"
    OBJECT_UNREADABLE = "object-unreadable"
    OBJECT_MISPLACED = "object-misplaced"
    STATE_UNREADABLE = "state-unreadable"
    MASK_MISSING = "mask-missing"
    LOG_MISSING = "log-missing"
    LOG_DAMAGED = "log-damaged"
    LOG_TEXT = "log-text"
    REF_DAMAGED = "ref-damaged"
    REF_DANGLING = "ref-dangling"
    REF_MISSING = "ref-missing"
    REF_NAME = "ref-name"
    REF_CLASH = "ref-clash"
    HEAD_DAMAGED = "head-damaged"
    REGISTRY_DAMAGED = "registry-damaged"
    IMAGE_UNAVAILABLE = "image-unavailable"
    IMAGE_SURPLUS = "image-surplus"
    LEFTOVER = "leftover"
    ALIEN = "alien"
    UNLOGGED = "unlogged"


_HARMLESS = frozenset((Problem.ALIEN, Problem.IMAGE_SURPLUS, Problem.UNLOGGED))
_ALIEN = "another program's file: chemfs ignores it, and you can move it away"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: the path of the file in the repository, and a line for people.

    `digest` is the object that is missing or damaged, if the problem is about one.
    """

    problem: Problem
    path: str
    says: str
    digest: Digest | None = None

    @property
    def is_harmless(self) -> bool:
        """Whether it is information, not a problem."""
        return self.problem in _HARMLESS

    def to_json(self) -> dict[str, Any]:
        """The finding for programs; `hash` as in the log."""
        found = {"problem": self.problem.value, "path": self.path, "says": self.says, "hash": self.digest}
        return {key: value for key, value in found.items() if value}


def alien(path: str) -> Finding:
    """Another program's file among ours."""
    return Finding(Problem.ALIEN, path, _ALIEN)
