"""States to render, and the results. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from chemigram_core.digest import Digest
from chemigram_core.previews.preview_name import PreviewName, Rendering
from chemigram_core.repository import Repository


@dataclass(frozen=True, slots=True)
class Wanted:
    """A state that needs a preview; `place` is the path of its repository in a library."""

    repository: Repository
    place: str
    snapshot: Digest


@dataclass(frozen=True, slots=True)
class Job:
    """A state without a preview: its XMP, and the file of its image, which has no links on its path."""

    wanted: Wanted
    rendering: Rendering
    xmp: bytes
    image: Path


@dataclass(frozen=True, slots=True)
class Rendered:
    """A state has a preview now, or `is_new` is false and it had one before."""

    wanted: Wanted
    name: PreviewName
    is_new: bool


@dataclass(frozen=True, slots=True)
class NotRendered:
    """A state has no preview, and why."""

    wanted: Wanted
    says: str


Outcome: TypeAlias = Rendered | NotRendered
