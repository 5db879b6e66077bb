"""The position of HEAD: on a branch, or on a snapshot. A value; knows no file."""

from __future__ import annotations

from dataclasses import dataclass

from chemigram_core.digest import Digest
from chemigram_core.names import BranchName


@dataclass(frozen=True, slots=True)
class OnBranch:
    """HEAD is on a branch, which may have no snapshot yet."""

    branch: BranchName


@dataclass(frozen=True, slots=True)
class Detached:
    """HEAD is at a snapshot."""

    digest: Digest


Head = OnBranch | Detached
