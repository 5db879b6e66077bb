"""Plans a save from two values, the tip of the branch and the incoming state. Pure: reads and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chemigram_core.darktable import HistoryLoss, adds_steps, history_loss
from chemigram_core.digest import Digest
from chemigram_core.errors import CannotBeLogged, InvalidName, UnknownMask
from chemigram_core.log.entry import JSON, LogEntry
from chemigram_core.log.metadata import HISTORY_LOSS
from chemigram_core.log.operations import SNAPSHOT
from chemigram_core.masks.registry import Masks, Provenances
from chemigram_core.names import BranchName, MaskName, folded
from chemigram_core.operations.describe_mask import PROVENANCE, provenance_metadata
from chemigram_core.sidecar import Document
from chemigram_core.sidecar.automatic_change import is_automatic_change

BY = "by"  # the author of the save, unless the user saved it explicitly
DARKTABLE = "darktable"  # by itself, see `automatic_change`

MISSING_MASKS = "missing_masks"  # in a log line's metadata: the masks of its note that the store doesn't have, by name

_OWN_KEYS = frozenset((HISTORY_LOSS, MISSING_MASKS, PROVENANCE))


@dataclass(frozen=True, slots=True)
class Tip:
    """The state that a branch points at, read once under the lock.

    `is_inherited`: whether the branch was started there and nothing was saved on it yet. This requires reading the
    log, so it is called only if steps are missing.
    """

    digest: Digest
    document: Document
    edit: Digest
    is_inherited: Callable[[], bool] = bool

    @property
    def masks(self) -> Masks:
        """The masks that its note names."""
        return self.document.masks


@dataclass(frozen=True, slots=True)
class Incoming:
    """A state to save on a branch: the XMP with the masks of the new state, and its label, provenance and metadata.

    `missing_masks`: those of the XMP's own note that the store lacks, for which the note doesn't count. `by`: what made
    the save, unless the metadata says so or darktable changed the edit by itself.
    """

    branch: BranchName
    document: Document
    label: str | None = None
    provenance: Provenances = field(default_factory=dict)
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    missing_masks: Masks = field(default_factory=dict)
    by: str | None = None


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """The document becomes the branch's tip; `entry` is its line in the log."""

    incoming: Incoming
    entry: LogEntry
    before: Masks

    @property
    def changes_registry(self) -> bool:
        """Whether masks or provenance changed."""
        return bool(self.incoming.provenance) or self.incoming.document.masks != self.before


@dataclass(frozen=True, slots=True)
class Unedited:
    """The tip has the same edit; label and provenance may be new."""

    incoming: Incoming
    tip: Tip


def plan(tip: Tip | None, incoming: Incoming) -> NewSnapshot | Unedited:
    """What to do with `incoming` on a branch that points at `tip`. Raises UnknownMask, InvalidName, CannotBeLogged."""
    document = incoming.document
    if unknown := incoming.provenance.keys() - document.masks.keys():
        raise UnknownMask(min(unknown))
    _refuse_metadata(incoming.metadata)
    if tip is not None and document.edit_digest == tip.edit:
        return Unedited(incoming, tip)
    _refuse_clashes(document.masks)
    entry = _entry(tip, incoming)
    entry.line()  # raises CannotBeLogged before anything is stored
    return NewSnapshot(incoming, entry, {} if tip is None else tip.masks)


def _entry(tip: Tip | None, incoming: Incoming) -> LogEntry:
    document = incoming.document
    parent = None if tip is None else tip.digest
    by = DARKTABLE if tip is not None and is_automatic_change(tip.document, document) else incoming.by
    said = {**({} if by is None else {BY: by}), **incoming.metadata}
    metadata = {**said, **_losses(tip, incoming), **provenance_metadata(incoming.provenance)}
    return LogEntry(SNAPSHOT, document.digest, incoming.branch.ref, parent, incoming.label, metadata, document.masks)


def _losses(tip: Tip | None, incoming: Incoming) -> Mapping[str, Any]:
    """Warnings for photographers: history that darktable lost, and masks that did not come with the XMP."""
    loss, missing = _history_loss(tip, incoming.document), incoming.missing_masks
    history = {} if loss is None else {HISTORY_LOSS: str(loss)}
    masks = {MISSING_MASKS: {name: str(missing[name]) for name in sorted(missing)}} if missing else {}
    return {**history, **masks}


def _history_loss(tip: Tip | None, document: Document) -> HistoryLoss | None:
    """The lost part of the branch's history. Another edit, saved first on a new branch, loses nothing."""
    if tip is None or (loss := history_loss(tip.document.history, document.history)) is None:
        return None
    is_another = adds_steps(tip.document.history, document.history) and tip.is_inherited()
    return None if is_another else loss


def _refuse_metadata(metadata: Mapping[str, JSON]) -> None:
    if own := _OWN_KEYS & metadata.keys():
        raise CannotBeLogged(f"the key {min(own)} of the metadata is written by the save itself")
    try:
        json.dumps(dict(metadata), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise CannotBeLogged(f"the metadata is not JSON ({error})") from error


def _refuse_clashes(masks: Masks) -> None:
    """Raises InvalidName if two masks would be the same file on a filesystem that ignores case or Unicode form."""
    known: dict[str, MaskName] = {}
    for name in masks:
        if (other := known.setdefault(folded(name), name)) != name:
            raise InvalidName("mask", name, f"{other} differs from it only in case or Unicode form")
