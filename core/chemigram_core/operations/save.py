"""A save becomes a snapshot: an XMP or a mask is checked, stored and becomes the tip of a branch. Knows no mounts.

The order is the safety: objects first, then the registry where masks changed, the log line, and the ref, each durable
before the next. Checking and storing a mask, the long part, happens before the lock is taken and keeps no other saver
waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from chemigram_core import sidecar
from chemigram_core.darktable import history_loss
from chemigram_core.digest import Digest
from chemigram_core.durable.lock import locked
from chemigram_core.errors import InvalidMask, InvalidName, StoreFailed, UnknownMask
from chemigram_core.log.entry import LogEntry
from chemigram_core.log.operations import DESCRIBE, SNAPSHOT
from chemigram_core.masks import png
from chemigram_core.masks.registry import NOTHING_TOLD, Masks, Provenances
from chemigram_core.names import BranchName, MaskName, folded
from chemigram_core.operations import mask_links
from chemigram_core.operations.describe_mask import describe, remark
from chemigram_core.repository import Repository
from chemigram_core.store.objects import Kind

HISTORY_LOSS = "history_loss"  # in a log line's metadata: what the save lacks of the state before


@dataclass(frozen=True, slots=True)
class Saved:
    """A save became a snapshot."""

    digest: Digest
    parent: Digest | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A save had the edit of the branch's tip: no snapshot, the ref's time stays, the log has what else was told."""

    digest: Digest


Outcome = Saved | Unchanged
MaskFiles = Mapping[MaskName, bytes]

NO_MASKS: Masks = MappingProxyType({})
NO_FILES: MaskFiles = MappingProxyType({})


def save_xmp(
    repository: Repository,
    branch: BranchName,
    data: bytes,
    *,
    mask_files: MaskFiles = NO_FILES,
    without: Masks = NO_MASKS,
    told: Provenances = NOTHING_TOLD,
    label: str | None = None,
) -> Outcome:
    """Save an XMP on a branch, with new masks and without those of the tip that were removed before.

    `told` is what is known of some of the state's masks. Raises InvalidXmp, InvalidMask, UnknownMask, CannotBeLogged,
    StoreFailed, OSError.
    """
    document = sidecar.parse(data)
    given = GivenMasks(repository, branch, mask_files)
    with locked(repository.root):
        tip = repository.refs.read(branch)
        masks = {**_left(_masks_that_speak(repository, document, tip), without), **given.changed(tip)}
        return _advance(repository, branch, tip, document.with_masks(masks), label=label, told=told)


def save_mask(
    repository: Repository, branch: BranchName, name: MaskName, data: bytes, *, told: Provenances = NOTHING_TOLD
) -> Outcome:
    """Save a mask on a branch; pixels equal to the tip's are no change. Raises InvalidMask, NoState, OSError."""
    return save_given(repository, branch, GivenMasks(repository, branch, {name: data}), told=told)


def save_given(
    repository: Repository,
    branch: BranchName,
    given: GivenMasks,
    *,
    without: Masks = NO_MASKS,
    told: Provenances = NOTHING_TOLD,
) -> Outcome:
    """Save masks on a branch as `save_mask`, without those of the tip that were removed before."""
    return _change_masks(repository, branch, lambda tip, masks: {**_left(masks, without), **given.changed(tip)}, told)


def rename_mask(repository: Repository, branch: BranchName, old: MaskName, new: MaskName) -> Outcome:
    """Give a mask of the tip another name, over one of that name. Raises UnknownMask, NoState, OSError."""

    def renamed(_: Digest, masks: Masks) -> Masks:
        if old not in masks:
            raise UnknownMask(old)
        return {**{name: mask for name, mask in masks.items() if name != old}, new: masks[old]}

    return _change_masks(repository, branch, renamed)


def remove_masks(repository: Repository, branch: BranchName, removed: Masks) -> Outcome:
    """Save the tip without these masks, as far as it still has them as they are named. Raises NoState, OSError."""
    return _change_masks(repository, branch, lambda _, masks: _left(masks, removed))


def _check(name: MaskName, data: bytes) -> None:
    try:
        png.check(data)
    except InvalidMask as error:
        raise InvalidMask(error.reason, name) from error


class GivenMasks:
    """Masks that came with a save: checked, stored and decoded beside the branch's before anybody has to wait."""

    def __init__(self, repository: Repository, branch: BranchName, files: MaskFiles) -> None:
        """Do the long part of a save. Raises InvalidMask, OSError."""
        for name, data in files.items():
            _check(name, data)
        self._repository = repository
        self._files = {name: (repository.objects.put(data, Kind.MASK), data) for name, data in files.items()}
        if files:
            self.changed(repository.refs.read(branch))

    def changed(self, tip: Digest | None) -> Masks:
        """Those whose pixels are not those of the tip's mask of the same name; the store has them."""
        before: Masks = {} if tip is None else self._repository.state(tip).masks
        return {name: self._kept(name) for name in self._files if not self._same_pixels(before.get(name), name)}

    def _same_pixels(self, before: Digest | None, name: MaskName) -> bool:
        digest, _ = self._files[name]
        pixels = self._repository.states.pixels
        try:
            return before is not None and (before == digest or pixels(before) == pixels(digest))
        except StoreFailed:
            return False  # the old mask can't be read: saving a new one is the cure

    def _kept(self, name: MaskName) -> Digest:
        digest, data = self._files[name]
        self._repository.objects.keep(digest, data, Kind.MASK)
        return digest


def _masks_that_speak(repository: Repository, document: sidecar.Document, tip: Digest | None) -> Masks:
    """The XMP's own note when every mask in it is in this store, else the branch's masks carried forward."""
    note = document.masks
    if note and all(repository.objects.has(mask, Kind.MASK) for mask in note.values()):
        return note
    return {} if tip is None else repository.state(tip).masks


def _left(masks: Masks, removed: Masks) -> Masks:
    """The masks that are not removed; one that is another object by now was made anew and stays."""
    return {name: mask for name, mask in masks.items() if removed.get(name) != mask}


def _change_masks(
    repository: Repository,
    branch: BranchName,
    change: Callable[[Digest, Masks], Masks],
    told: Provenances = NOTHING_TOLD,
) -> Outcome:
    with locked(repository.root):
        tip = repository.tip(branch)
        masks = change(tip, repository.state(tip).masks)
        return _advance(repository, branch, tip, repository.states.document(tip).with_masks(masks), told=told)


def _advance(
    repository: Repository,
    branch: BranchName,
    tip: Digest | None,
    document: sidecar.Document,
    *,
    label: str | None = None,
    told: Provenances,
) -> Outcome:
    """Make `document` the tip of `branch`, which stands at `tip`. For the holder of the lock."""
    if unknown := told.keys() - document.masks.keys():
        raise UnknownMask(min(unknown))
    if tip is not None and document.edit_digest == repository.states.edit(tip):
        return _stay(repository, branch, tip, label=label, told=told)
    before = NO_MASKS if tip is None else repository.state(tip).masks
    _refuse_clashes(document.masks)
    remarks = {**_losses(repository, tip, document), **remark(told)}
    entry = LogEntry(SNAPSHOT, document.digest, branch.ref, tip, label, remarks, document.masks)
    entry.line()  # raises CannotBeLogged before anything is stored
    digest = repository.objects.put(document.canonical(), Kind.SNAPSHOT)
    if told or document.masks != before:
        repository.registry.update(lambda known: known.follow(before, document.masks, told))
    with repository.log.appended(entry, lambda: repository.refs.read(branch) == digest):
        repository.refs.move(branch, tip, digest)
    mask_links.restore(repository)
    return Saved(digest, tip)


def _stay(
    repository: Repository, branch: BranchName, tip: Digest, *, label: str | None, told: Provenances
) -> Unchanged:
    """Keep what else was told with the edit that the tip has already. For the holder of the lock."""
    repository.refs.sync(branch)
    describe(repository, repository.state(tip).masks, told)
    if label and label != repository.history.label(tip):
        repository.log.append(LogEntry(DESCRIBE, tip, branch.ref, label=label))
    return Unchanged(tip)


def _refuse_clashes(masks: Masks) -> None:
    """No two masks of a state are one file where case or Unicode form don't count."""
    known: dict[str, MaskName] = {}
    for name in masks:
        if (other := known.setdefault(folded(name), name)) != name:
            raise InvalidName("mask", name, f"{other} differs from it in case or Unicode form alone")


def _losses(repository: Repository, tip: Digest | None, document: sidecar.Document) -> Mapping[str, Any]:
    """What a photographer should be told of a save: darktable lost a part of the history, or all of it."""
    loss = None if tip is None else history_loss(repository.states.document(tip).history, document.history)
    return {} if loss is None else {HISTORY_LOSS: str(loss)}
