"""What became of a save. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from chemigram_core.digest import Digest
from chemigram_core.masks.registry import Masks


@dataclass(frozen=True, slots=True)
class Saved:
    """A save became the branch's state; `parent` is the state that the branch had before.

    `missing_masks` are those of the XMP's note that the store doesn't have.
    """

    digest: Digest
    parent: Digest | None
    missing_masks: Masks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A save had the edit of the branch's tip: no snapshot, the ref's time stays; label and provenance are logged."""

    digest: Digest
    missing_masks: Masks = field(default_factory=dict)


Outcome = Saved | Unchanged
