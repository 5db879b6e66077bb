"""A program that saves in a branch folder, and what must come of it. Knows no mount: it could run in any folder."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from textwrap import dedent

import pytest

from tests.mounted.programs.contents import MASK, NEW, OLD, XMP


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one program does, and what must come of it.

    The command is run by `sh` in the branch folder. Words for it: $F the file that is saved, $NEW a file elsewhere
    with the new content, $BAD one that is cut off in the middle, $OUT the folder elsewhere that these are in.
    """

    name: str
    command: str
    programs: str = ""  # that it needs, beyond what every Debian has
    file: str = XMP
    prepare: str = ""  # a command that comes first, unwatched
    keys: tuple[str, ...] = ()  # typed at a terminal, each when the screen no longer changes
    status: int = 0
    snapshots: int = 1
    rejected: int = 0
    leaves: tuple[str, ...] = ()  # other files that are there afterwards; {} stands for the file that is saved
    vanishes: bool = False  # the program removes or renames the file before it rewrites it

    @property
    def shows(self) -> bytes:
        """What the file holds afterwards; a mask may be packed in another way."""
        return (NEW if self.snapshots else OLD)[self.file]

    @property
    def left_behind(self) -> set[str]:
        return {name.format(self.file) for name in self.leaves}


def on_mask(*cases: Case) -> list[Case]:
    """The cases, on the mask."""
    return [replace(case, file=MASK) for case in cases]


def on_both(*cases: Case) -> list[Case]:
    """The cases on the XMP, and again on the mask."""
    return [*cases, *(replace(case, name=f"{case.name}, mask") for case in on_mask(*cases))]


def python(code: str) -> str:
    """The command that runs `code` in a Python of its own, with the file's name F and `new` content, cut at `half`."""
    start = "import os, sys, time; from pathlib import Path; F = os.environ['F']"
    content = "new = Path(os.environ['NEW']).read_bytes(); half = len(new) // 2"
    return shlex.join([sys.executable, "-I", "-c", "\n".join((start, content, dedent(code)))])


def table(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """A test that takes `case`, once for each."""
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=_needs(case)) for case in cases])


def _needs(case: Case) -> list[pytest.MarkDecorator]:
    return [pytest.mark.needs_fuse, pytest.mark.needs_program(*case.programs.split())]
